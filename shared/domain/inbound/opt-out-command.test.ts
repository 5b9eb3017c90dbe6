import { describe, expect, test } from 'vitest';
import { countParts } from '../text/segment.ts';
import { firstWordOf, foldWord } from './fold-word.ts';
import { commandOf, isOptOutWord, replyTo } from './opt-out-command.ts';
import { optOutWords } from './opt-out-words.ts';

describe('a command', () => {
  test.each([
    ['STOP', 'stop', 'en'],
    [' stop.\r\n', 'stop', 'en'],
    ['“Stop!”', 'stop', 'en'],
    ['StopAll', 'stop-all', 'en'],
    ['stop  all', 'stop-all', 'en'],
    ['Start', 'start', 'en'],
    ['ARRET', 'stop', 'fr'],
    ['arrêt', 'stop', 'fr'],
    ['STOPP', 'stop', 'de'],
    ['baja', 'stop', 'es'],
    ['ALTO', 'stop', 'es'],
    ['Detener', 'stop', 'es'],
    ['parar', 'stop', 'pt'],
    ['Стоп', 'stop', 'ru'],
    ['СТАРТ', 'start', 'ru'],
    ['iptal', 'stop', 'tr'],
    ['İPTAL', 'stop', 'tr'],
    ['ΣΤΟΠ', 'stop', 'el'],
    ['توقف', 'stop', 'ar'],
  ])('%j is %s', (text, command, language) => {
    expect(commandOf(text)).toEqual({ command, language });
  });
  test('is a whole message, not a word of one', () => {
    for (const text of ['please stop', 'STOP the presses', 'unstoppable', '', '...', 'no', `stop${' '.repeat(40)}`])
      expect(commandOf(text)).toBeNull();
  });
  test('has words of its own: none is of two commands', () => {
    for (const { words } of Object.values(optOutWords))
      for (const [command, all] of Object.entries(words))
        for (const word of all) expect([word, commandOf(word)?.command]).toEqual([word, command]);
    expect([isOptOutWord('ARRET'), isOptOutWord('NEWS')]).toEqual([true, false]);
  });
  test('is answered in its language, in one part, with the number', () => {
    for (const language of Object.keys(optOutWords))
      for (const command of ['stop', 'stop-all', 'start'] as const) {
        const reply = replyTo({ command, language }, '123456789012345');
        expect(reply).toContain('123456789012345');
        expect([reply, countParts(reply, 'auto')]).toMatchObject([reply, { parts: 1 }]);
      }
  });
  test('that an answer names is one', () => {
    for (const { replies } of Object.values(optOutWords))
      for (const reply of Object.values(replies))
        expect([reply, reply.split(/[\s,.]+/).some((word) => word !== '' && commandOf(word) !== null)]).toEqual([
          reply,
          true,
        ]);
  });
});

test('words are folded alike however they are written', () => {
  expect(['Öl', 'O\u0308L', ' öl,'].map(foldWord)).toEqual(['OL', 'OL', 'OL']);
  expect(['News today', '\nnews\tflash', '', '!'].map(firstWordOf)).toEqual(['NEWS', 'NEWS', '', '']);
});
