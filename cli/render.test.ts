import { expect, test } from 'vitest';
import { render } from './render.ts';

test('a list is a table, with the way to its next page', () => {
  const answer = {
    rows: [
      { id: '1', name: 'Acme', x: 1 },
      { id: '22', name: null },
    ],
    next_cursor: 'abc',
  };
  expect(render(answer, ['id', 'name'])).toBe('id  name\n1   Acme\n22  -\nMore: --cursor abc');
});

test('an empty list says so', () => {
  expect(render({ rows: [], next_cursor: null }, ['id'])).toBe('None.');
});

test('one thing is its fields, nothing is done, a text is as it is', () => {
  expect(render({ id: '1', long_name: [1] })).toBe('id         1\nlong_name  [1]');
  expect(render(null)).toBe('Done.');
  expect(render('a,b')).toBe('a,b');
});

test('what a message says moves no cursor', () => {
  expect(render({ text: 'a\u001b[2Jb' })).toBe('text  a\ufffd[2Jb');
});
