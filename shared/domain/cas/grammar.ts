/** What a subscriber can ask for. */
export const casCommands = ['activate', 'deactivate', 'status', 'refresh', 'pair', 'help', 'stop'] as const;
export type CasCommand = (typeof casCommands)[number];

export const languages = ['en', 'de', 'fr'] as const;
export type Language = (typeof languages)[number];

export const isLanguage = (text: string | null | undefined): text is Language =>
  languages.some((language) => language === text);

/** A word that begins a request. */
export interface Keyword {
  /** As `foldText` gives it: one word. */
  readonly word: string;
  readonly command: CasCommand;
  /** In which language whoever writes it is to be answered; null where the word says nothing about it. */
  readonly language: Language | null;
}

const keyword = (command: CasCommand, language: Language | null, words: string): readonly Keyword[] =>
  words.split(' ').map((word) => ({ word, command, language }));

/** The keywords that every CA system has; its own come on top, and win. */
export const usualKeywords: readonly Keyword[] = [
  ...keyword('activate', null, 'ACT'),
  ...keyword('activate', 'en', 'ACTIVATE ADD'),
  ...keyword('activate', 'de', 'AKTIV AKTIVIEREN'),
  ...keyword('activate', 'fr', 'ACTIVER AJOUTER'),
  ...keyword('deactivate', null, 'DEACT'),
  ...keyword('deactivate', 'en', 'DEACTIVATE REMOVE'),
  ...keyword('deactivate', 'de', 'DEAKTIVIEREN ABMELDEN'),
  ...keyword('deactivate', 'fr', 'DESACTIVER RETIRER'),
  ...keyword('status', null, 'BAL STATUS'),
  ...keyword('status', 'en', 'BALANCE'),
  ...keyword('status', 'de', 'STAND'),
  ...keyword('status', 'fr', 'SOLDE'),
  ...keyword('refresh', null, 'REF'),
  ...keyword('refresh', 'en', 'REFRESH'),
  ...keyword('refresh', 'de', 'ERNEUERN'),
  ...keyword('refresh', 'fr', 'RAFRAICHIR'),
  ...keyword('pair', null, 'PAIR'),
  ...keyword('pair', 'de', 'KOPPELN'),
  ...keyword('pair', 'fr', 'COUPLER'),
  ...keyword('help', null, 'HELP INFO'),
  ...keyword('help', 'de', 'HILFE'),
  ...keyword('help', 'fr', 'AIDE'),
  ...keyword('stop', null, 'STOP'),
  ...keyword('stop', 'fr', 'ARRET'),
];

/** Something to subscribe to. */
export interface CasPackage {
  /** As it is texted: capitals and digits, a letter first. */
  readonly code: string;
  /** As it is called in an answer. */
  readonly name: string;
  /** The product of the CA system, 16 bits. */
  readonly product: number;
  /** For how many months it is when the request does not say. */
  readonly months: number;
}

export interface Grammar {
  readonly keywords: readonly Keyword[];
  readonly packages: readonly CasPackage[];
}
