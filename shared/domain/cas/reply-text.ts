import { countParts } from '../text/segment.ts';
import type { Language } from './grammar.ts';
import type { CasMisunderstanding } from './parse-request.ts';

/** A package of a card, as an answer tells it. */
export interface ReplyItem {
  readonly name: string;
  readonly code: string;
  readonly ends_at: Date;
}

/** What a subscriber is told. `on_air_seconds`: when the card hears of it; null where that is not known. */
export type Reply =
  | {
      readonly kind: 'activated';
      readonly card: string;
      readonly item: ReplyItem;
      readonly on_air_seconds: number | null;
    }
  | {
      readonly kind: 'deactivated';
      readonly card: string;
      readonly item: Pick<ReplyItem, 'name' | 'code'>;
      readonly on_air_seconds: number | null;
    }
  | { readonly kind: 'status'; readonly card: string; readonly items: readonly ReplyItem[] }
  | { readonly kind: 'refreshed'; readonly card: string; readonly on_air_seconds: number | null }
  | { readonly kind: 'paired'; readonly card: string; readonly on_air_seconds: number | null }
  | { readonly kind: 'help' }
  | { readonly kind: 'too-many-requests' }
  | { readonly kind: CasMisunderstanding | CasRefusal };

/** What was understood, and cannot be done. */
export type CasRefusal =
  | 'card.unknown'
  | 'card.barred'
  | 'card.not-yours'
  | 'package.not-active'
  | 'packages.too-many'
  | 'months.too-far'
  | 'box.other-card';

interface Words {
  readonly activated: (card: string, name: string, until: string) => string;
  readonly deactivated: (card: string, name: string) => string;
  readonly status: (card: string, list: string, more: number) => string;
  readonly nothing: (card: string) => string;
  readonly refreshed: (card: string) => string;
  readonly paired: (card: string) => string;
  readonly onAir: (time: string) => string;
  readonly plain: Readonly<Record<'help' | 'too-many-requests' | CasMisunderstanding | CasRefusal, string>>;
}

const words: Readonly<Record<Language, Words>> = {
  en: {
    activated: (card, name, until) => `Card ${card}: ${name} is active until ${until}.`,
    deactivated: (card, name) => `Card ${card}: ${name} is off.`,
    status: (card, list, more) => `Card ${card}: ${list}${more > 0 ? ` and ${more} more` : ''}.`,
    nothing: (card) => `Card ${card}: no package is active.`,
    refreshed: (card) => `Card ${card}: the rights are sent again. Leave the box on.`,
    paired: (card) => `Card ${card} now works in this box.`,
    onAir: (time) => ` On air in about ${time}.`,
    plain: {
      help: 'ACT card package*months, DEACT card package, BAL card, REF card, PAIR card box, STOP.',
      'too-many-requests': 'Too many requests. Please wait an hour.',
      empty: 'Your message is empty. Text HELP.',
      'keyword.unknown': 'We did not understand you. Text HELP.',
      'card.missing': 'Please add the number of your card, as in ACT 1234567897 SPORT.',
      'card.invalid': 'That is not a card number. Please check its digits.',
      'card.unknown': 'We do not know this card. Please check its number.',
      'card.barred': 'This card is blocked. Please call us.',
      'card.not-yours': 'This card belongs to another telephone. Please call us.',
      'package.missing': 'Please add the package, as in ACT 1234567897 SPORT.',
      'package.unknown': 'We do not know this package. Text HELP.',
      'package.not-active': 'This package is not active on your card.',
      'packages.too-many': 'Your card holds no more packages. Please drop one.',
      'months.invalid': 'Please ask for 1 to 12 months, as in SPORT*3.',
      'months.too-far': 'The package is paid for long enough. Please try later.',
      'box.missing': 'Please add the number of your box, as in PAIR 1234567897 12345678.',
      'box.other-card': 'This box works with another card. Please call us.',
    },
  },
  de: {
    activated: (card, name, until) => `Karte ${card}: ${name} ist aktiv bis ${until}.`,
    deactivated: (card, name) => `Karte ${card}: ${name} ist abgemeldet.`,
    status: (card, list, more) => `Karte ${card}: ${list}${more > 0 ? ` und ${more} mehr` : ''}.`,
    nothing: (card) => `Karte ${card}: kein Paket ist aktiv.`,
    refreshed: (card) => `Karte ${card}: die Rechte werden neu gesendet. Lassen Sie den Empfänger an.`,
    paired: (card) => `Karte ${card} arbeitet nun in diesem Empfänger.`,
    onAir: (time) => ` Auf Sendung in etwa ${time}.`,
    plain: {
      help: 'ACT Karte Paket*Monate, DEACT Karte Paket, BAL Karte, REF Karte, PAIR Karte Empfänger, STOP.',
      'too-many-requests': 'Zu viele Anfragen. Bitte warten Sie eine Stunde.',
      empty: 'Ihre Nachricht ist leer. Senden Sie HILFE.',
      'keyword.unknown': 'Das haben wir nicht verstanden. Senden Sie HILFE.',
      'card.missing': 'Bitte die Kartennummer angeben, wie in ACT 1234567897 SPORT.',
      'card.invalid': 'Das ist keine Kartennummer. Bitte prüfen Sie die Ziffern.',
      'card.unknown': 'Diese Karte kennen wir nicht. Bitte prüfen Sie die Nummer.',
      'card.barred': 'Diese Karte ist gesperrt. Bitte rufen Sie uns an.',
      'card.not-yours': 'Diese Karte gehört zu einem anderen Telefon. Bitte rufen Sie uns an.',
      'package.missing': 'Bitte das Paket angeben, wie in ACT 1234567897 SPORT.',
      'package.unknown': 'Dieses Paket kennen wir nicht. Senden Sie HILFE.',
      'package.not-active': 'Dieses Paket ist auf Ihrer Karte nicht aktiv.',
      'packages.too-many': 'Ihre Karte fasst keine weiteren Pakete. Bitte melden Sie eines ab.',
      'months.invalid': 'Bitte 1 bis 12 Monate angeben, wie in SPORT*3.',
      'months.too-far': 'Das Paket ist lange genug bezahlt. Bitte versuchen Sie es später.',
      'box.missing': 'Bitte die Nummer des Empfängers angeben, wie in PAIR 1234567897 12345678.',
      'box.other-card': 'Dieser Empfänger arbeitet mit einer anderen Karte. Bitte rufen Sie uns an.',
    },
  },
  fr: {
    activated: (card, name, until) => `Carte ${card} : ${name} est actif jusqu'au ${until}.`,
    deactivated: (card, name) => `Carte ${card} : ${name} est retiré.`,
    status: (card, list, more) => `Carte ${card} : ${list}${more > 0 ? ` et ${more} de plus` : ''}.`,
    nothing: (card) => `Carte ${card} : aucun bouquet n'est actif.`,
    refreshed: (card) => `Carte ${card} : les droits sont renvoyés. Laissez le décodeur allumé.`,
    paired: (card) => `La carte ${card} fonctionne dans ce décodeur.`,
    onAir: (time) => ` A l'antenne dans ${time} environ.`,
    plain: {
      help: 'ACT carte bouquet*mois, DEACT carte bouquet, BAL carte, REF carte, PAIR carte décodeur, STOP.',
      'too-many-requests': 'Trop de demandes. Attendez une heure.',
      empty: 'Votre message est vide. Envoyez AIDE.',
      'keyword.unknown': "Nous n'avons pas compris. Envoyez AIDE.",
      'card.missing': 'Ajoutez le numéro de votre carte, comme ACT 1234567897 SPORT.',
      'card.invalid': "Ce n'est pas un numéro de carte. Vérifiez les chiffres.",
      'card.unknown': 'Nous ne connaissons pas cette carte. Vérifiez son numéro.',
      'card.barred': 'Cette carte est bloquée. Appelez-nous.',
      'card.not-yours': 'Cette carte appartient à un autre téléphone. Appelez-nous.',
      'package.missing': 'Ajoutez le bouquet, comme ACT 1234567897 SPORT.',
      'package.unknown': 'Nous ne connaissons pas ce bouquet. Envoyez AIDE.',
      'package.not-active': "Ce bouquet n'est pas actif sur votre carte.",
      'packages.too-many': 'Votre carte est pleine. Retirez un bouquet.',
      'months.invalid': 'Demandez de 1 à 12 mois, comme SPORT*3.',
      'months.too-far': 'Le bouquet est payé pour assez longtemps. Essayez plus tard.',
      'box.missing': 'Ajoutez le numéro du décodeur, comme PAIR 1234567897 12345678.',
      'box.other-card': 'Ce décodeur fonctionne avec une autre carte. Appelez-nous.',
    },
  },
};

/** A card is named by its last digits: a text is read over shoulders. */
const shortCard = (card: string): string => card.slice(-4);
const day = (time: Date): string => time.toISOString().slice(0, 10);
const duration = (seconds: number): string =>
  seconds < 120 ? `${Math.max(1, Math.ceil(seconds))} s` : `${Math.ceil(seconds / 60)} min`;

const isOnePart = (text: string): boolean => {
  const counted = countParts(text, 'auto');
  return counted.outcome === 'counted' && counted.parts === 1;
};

/** What one short message holds whatever its characters (3GPP TS 23.040: 70 units of UCS-2). */
const surelyOnePart = 70;

/** The first of the ways of saying it that fits one short message; cut off where none does. */
const inOnePart = (ways: readonly string[]): string =>
  ways.find(isOnePart) ?? (ways.at(-1) ?? '').slice(0, surelyOnePart).toWellFormed();

const statusWays = (card: string, items: readonly ReplyItem[], language: Language): readonly string[] => {
  const { status, nothing } = words[language];
  if (items.length === 0) return [nothing(card)];
  const listed = (shown: number, name: 'name' | 'code') =>
    status(
      card,
      items
        .slice(0, shown)
        .map((item) => `${item[name]} ${day(item.ends_at)}`)
        .join(', '),
      items.length - shown,
    );
  const counts = items.map((_, i) => items.length - i);
  return [...counts.map((shown) => listed(shown, 'name')), ...counts.map((shown) => listed(shown, 'code'))];
};

/** Says it with the package's name, else with its code; with the figure, else without. */
const ways = (
  say: (name: string) => string,
  item: Pick<ReplyItem, 'name' | 'code'>,
  onAir: string,
): readonly string[] => [`${say(item.name)}${onAir}`, `${say(item.code)}${onAir}`, say(item.name), say(item.code)];

/** What a subscriber is told, in one short message. */
export const replyText = (reply: Reply, language: Language): string => {
  const said = words[language];
  const onAirOf = ({ on_air_seconds }: { readonly on_air_seconds: number | null }): string =>
    on_air_seconds === null ? '' : said.onAir(duration(on_air_seconds));
  switch (reply.kind) {
    case 'activated': {
      const { card, item } = reply;
      const say = (name: string) => said.activated(shortCard(card), name, day(item.ends_at));
      return inOnePart(ways(say, item, onAirOf(reply)));
    }
    case 'deactivated': {
      const { card, item } = reply;
      return inOnePart(ways((name) => said.deactivated(shortCard(card), name), item, onAirOf(reply)));
    }
    case 'status':
      return inOnePart(statusWays(shortCard(reply.card), reply.items, language));
    case 'refreshed':
    case 'paired': {
      const text = said[reply.kind](shortCard(reply.card));
      return inOnePart([`${text}${onAirOf(reply)}`, text]);
    }
    default:
      return said.plain[reply.kind];
  }
};
