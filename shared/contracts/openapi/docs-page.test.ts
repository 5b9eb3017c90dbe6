import { expect, test } from 'vitest';
import { routes } from '../routes.ts';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './document.ts';

const page = docsPage(openApiDocument());

test('every route of the table stands in the page, under an anchor of its own', () => {
  for (const { operation, path } of routes) {
    expect(page).toContain(`<section id="${operation}">`);
    expect(page).toContain(`<code>${path}</code>`);
  }
});

test('the page fetches nothing and runs nothing', () => {
  expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:\/\//);
});

test('what the contract says cannot become markup', () => {
  const document = {
    info: { title: '<b>T</b>', description: '"&' },
    paths: { '/x<y>': { get: { operationId: 'x', summary: '<i>', responses: {} } } },
  };
  expect(docsPage(document)).not.toMatch(/<b>T|<i>|x<y>/);
});
