export type OptOutCommand = 'stop' | 'stop-all' | 'start';

interface Language {
  /** What a whole message says, in any case, with or without its marks. */
  readonly words: Readonly<Record<OptOutCommand, readonly string[]>>;
  /** What is answered, in one part, so mostly without what GSM 7-bit lacks: `{number}` is where the message was sent to. */
  readonly replies: Readonly<Record<'stop' | 'start', string>>;
}

/**
 * By ISO 639-1. A word that several languages have belongs to the first of them; only its answer depends on it. Words that
 * people also write for other reasons (`end`, `no`, `yes`) are left out.
 */
export const optOutWords: Readonly<Record<string, Language>> = {
  en: {
    words: {
      stop: ['stop', 'unsubscribe', 'opt out', 'optout'],
      'stop-all': ['stopall', 'stop all'],
      start: ['start', 'unstop', 'subscribe'],
    },
    replies: {
      stop: 'You will get no more messages from {number}. Send START to get them again.',
      start: 'You will get messages from {number} again. Send STOP to get none.',
    },
  },
  fr: {
    words: {
      stop: ['arrêt', 'arrêter', 'désabonner', 'désinscrire'],
      'stop-all': ['arrêt tout', 'stop tout'],
      start: ['reprendre', 'abonner', 'démarrer'],
    },
    replies: {
      stop: 'Vous ne recevrez plus de messages du {number}. Envoyez START pour en recevoir.',
      start: 'Vous recevrez de nouveau les messages du {number}. STOP pour ne plus en recevoir.',
    },
  },
  de: {
    words: {
      stop: ['stopp', 'abmelden', 'abbestellen'],
      'stop-all': ['stopp alle', 'alle stopp'],
      start: ['anmelden', 'starten'],
    },
    replies: {
      stop: 'Sie erhalten keine Nachrichten von {number} mehr. START schaltet sie wieder ein.',
      start: 'Sie erhalten wieder Nachrichten von {number}. STOP schaltet sie aus.',
    },
  },
  es: {
    words: {
      stop: ['baja', 'alto', 'detener', 'cancelar suscripción'],
      'stop-all': ['baja todo', 'alto todo'],
      start: ['alta', 'iniciar', 'comenzar'],
    },
    replies: {
      stop: 'No recibira mas mensajes de {number}. Envie ALTA para volver a recibirlos.',
      start: 'Volvera a recibir mensajes de {number}. Envie BAJA para no recibirlos.',
    },
  },
  pt: {
    words: { stop: ['parar', 'pare', 'sair'], 'stop-all': ['parar tudo'], start: ['começar', 'voltar'] },
    replies: {
      stop: 'Nao recebera mais mensagens de {number}. Envie VOLTAR para receber.',
      start: 'Voltara a receber mensagens de {number}. Envie PARAR para nao receber.',
    },
  },
  it: {
    words: { stop: ['ferma', 'fermare', 'disiscrivi'], 'stop-all': ['ferma tutto'], start: ['avvia', 'iscrivi'] },
    replies: {
      stop: 'Non riceverà più messaggi da {number}. Invii AVVIA per riceverli di nuovo.',
      start: 'Riceverà di nuovo i messaggi da {number}. Invii FERMA per non riceverli.',
    },
  },
  nl: {
    words: { stop: ['afmelden', 'stoppen'], 'stop-all': ['alles stoppen'], start: ['aanmelden'] },
    replies: {
      stop: 'U ontvangt geen berichten van {number} meer. Stuur AANMELDEN om ze weer te ontvangen.',
      start: 'U ontvangt weer berichten van {number}. Stuur AFMELDEN om ze te stoppen.',
    },
  },
  sv: {
    words: { stop: ['avsluta', 'avregistrera'], 'stop-all': ['stoppa alla'], start: ['starta'] },
    replies: {
      stop: 'Du får inga fler meddelanden från {number}. Skicka STARTA för att få dem igen.',
      start: 'Du får meddelanden från {number} igen. Skicka STOPP för att slippa dem.',
    },
  },
  pl: {
    words: { stop: ['rezygnuję', 'wypisz'], 'stop-all': ['rezygnuję wszystko'], start: ['zapisz'] },
    replies: {
      stop: 'Nie otrzymasz wiecej wiadomosci z {number}. Wyslij ZAPISZ, aby je otrzymywac.',
      start: 'Znow bedziesz otrzymywac wiadomosci z {number}. Wyslij WYPISZ, aby zrezygnowac.',
    },
  },
  tr: {
    words: { stop: ['dur', 'iptal', 'durdur'], 'stop-all': ['hepsini durdur'], start: ['başla', 'başlat'] },
    replies: {
      stop: '{number} size artik mesaj gondermeyecek. Yeniden almak icin BASLA yazin.',
      start: '{number} size yeniden mesaj gonderecek. Almamak icin DUR yazin.',
    },
  },
  ru: {
    words: { stop: ['стоп', 'отписка', 'отписаться'], 'stop-all': ['стоп все'], start: ['старт', 'подписка'] },
    replies: {
      stop: 'Сообщений от {number} больше не будет. Вернуть: СТАРТ',
      start: 'Сообщения от {number} снова включены. Отказ: СТОП',
    },
  },
  el: {
    words: { stop: ['στοπ', 'διακοπή'], 'stop-all': ['στοπ όλα'], start: ['έναρξη'] },
    replies: {
      stop: 'Τέλος μηνυμάτων από {number}. Ξανά: ΕΝΑΡΞΗ',
      start: 'Ξανά μηνύματα από {number}. Τέλος: ΣΤΟΠ',
    },
  },
  ar: {
    words: { stop: ['توقف', 'إيقاف', 'إلغاء'], 'stop-all': ['إيقاف الكل'], start: ['ابدأ', 'اشتراك'] },
    replies: {
      stop: 'لن تصلك رسائل من {number}. للعودة أرسل ابدأ',
      start: 'ستصلك رسائل {number} من جديد. للإلغاء أرسل توقف',
    },
  },
  hi: {
    words: { stop: ['रोकें', 'बंद'], 'stop-all': ['सब बंद'], start: ['शुरू', 'चालू'] },
    replies: {
      stop: '{number} से अब संदेश नहीं आएंगे। फिर पाने को START भेजें।',
      start: '{number} से संदेश फिर आएंगे। रोकने को STOP भेजें।',
    },
  },
};
