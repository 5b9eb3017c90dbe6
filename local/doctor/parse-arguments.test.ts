import { describe, expect, test } from 'vitest';
import { parseArguments, parseProvider } from './parse-arguments.ts';

test('a stage and providers are taken', () => {
  expect(parseArguments(['--stage', 'prod', '--provider', 'smpps://smsc.example:3551'])).toEqual({
    stage: 'prod',
    providers: [{ name: 'smsc.example:3551', host: 'smsc.example', port: 3551, tls: true }],
  });
});

test('help is no fault', () => {
  expect(parseArguments(['--help'])).toBeNull();
});

describe('a provider’s address', () => {
  test.each([
    ['smpp://smsc.example', 'smsc.example', 2775, false],
    ['smpps://smsc.example', 'smsc.example', 3550, true],
    ['smpp://[2001:db8::1]:2776', '2001:db8::1', 2776, false],
    ['https://api.example/send', 'api.example', 443, true],
  ])('%s', (text, host, port, tls) => {
    expect(parseProvider(text)).toMatchObject({ host, port, tls });
  });
});

describe('refused in one sentence', () => {
  test.each([
    [[], 'No stage was named: set --stage NAME, where NAME is one of dev, staging, prod.'],
    [['--stage', 'local'], 'local is deployed nowhere: set --stage NAME'],
    [['--stage', 'nope'], 'nope is deployed nowhere: set --stage NAME'],
    [['--stage', 'dev', '--provider', 'smsc.example'], '--provider smsc.example is no address: set smpp://host:port'],
    [['--stage', 'dev', '--what'], "Unknown option '--what'"],
  ])('%j', (words, sentence) => {
    expect(() => parseArguments(words)).toThrow(sentence);
  });
});
