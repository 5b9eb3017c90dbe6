import { foldWord } from './fold-word.ts';
import { type OptOutCommand, optOutWords } from './opt-out-words.ts';

export interface Commanded {
  readonly command: OptOutCommand;
  /** ISO 639-1, of the word. */
  readonly language: string;
}

const longestWord = 40;

const byWord = new Map<string, Commanded>();
for (const [language, { words }] of Object.entries(optOutWords))
  for (const command of ['stop', 'stop-all', 'start'] as const)
    for (const word of words[command])
      if (!byWord.has(foldWord(word))) byWord.set(foldWord(word), { command, language });

/** What a text asks for when it is nothing but such a word, in any case; null for every other text. */
export const commandOf = (text: string): Commanded | null =>
  text.length > longestWord ? null : (byWord.get(foldWord(text)) ?? null);

/** Whether a word, folded, is one of those: no keyword may be one. */
export const isOptOutWord = (word: string): boolean => byWord.has(word);

/** What is answered, once. */
export const replyTo = ({ command, language }: Commanded, number: string): string =>
  (optOutWords[language] ?? optOutWords.en)?.replies[command === 'start' ? 'start' : 'stop'].replace(
    '{number}',
    number,
  ) ?? '';
