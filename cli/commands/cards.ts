import type { SignalboxClient } from '../../clients/typescript/src/create-client.ts';
import type { Operations } from '../../clients/typescript/src/operations.ts';
import type { Command } from '../command.ts';
import { type ImportedBatch, importFile } from '../import-file.ts';
import type { CsvFormat } from '../read-csv-file.ts';
import { given, present, wholeNumber } from './values.ts';

type Lines = Operations['importCards']['request']['body']['lines'];

/** As many as the API takes at once. */
const chunk = 1_000;
const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

/** Of a card file: lines that name no profile have this one. */
const formatOf = (profile: string): CsvFormat => ({
  columns: [
    'iccid',
    'msisdn',
    'profile',
    'version',
    'kic_algorithm',
    'kid_algorithm',
    'location',
    'kic',
    'kid',
    'counter',
  ],
  required: ['iccid', 'version', 'kic_algorithm', 'kid_algorithm'],
  numbers: ['version', 'counter'],
  defaults: { profile },
});

const importLines =
  (client: SignalboxClient) =>
  (lines: readonly object[]): Promise<ImportedBatch> =>
    client.importCards({ body: { lines: lines as unknown as Lines } });

export const cardCommands: readonly Command[] = [
  {
    name: 'cards import',
    summary: 'Import a CSV file of cards with their keys; tells of each line that is refused.',
    positionals: ['file'],
    options: { profile: { value: 'of lines that name none' } },
    needsAdmin: true,
    columns: ['line', 'reason', 'message'],
    run: (client, { file, profile = 'standard' }) =>
      importFile(given(file), formatOf(profile), chunk, importLines(client)),
  },
  {
    name: 'cards list',
    summary: 'Cards, by ICCID.',
    options: { msisdn: { value: 'number' }, profile: { value: 'profile' }, stopped: { value: 'true|false' }, ...page },
    needsAdmin: true,
    columns: ['iccid', 'msisdn', 'profile', 'stopped_at', 'stopped_for'],
    run: (client, { msisdn, profile, stopped, limit, cursor }) =>
      client.listCards({
        query: present({
          msisdn,
          profile,
          stopped: stopped as 'true' | undefined,
          limit: wholeNumber('limit', limit),
          cursor,
        }),
      }),
  },
  {
    name: 'cards show',
    summary: 'A card with its counters and its line.',
    positionals: ['iccid'],
    needsAdmin: true,
    run: (client, { iccid }) => client.getCard({ path: { iccid: given(iccid) } }),
  },
  {
    name: 'cards release',
    summary: 'Let a card go on that was stopped.',
    positionals: ['iccid'],
    needsAdmin: true,
    run: (client, { iccid }) => client.releaseCard({ path: { iccid: given(iccid) } }),
  },
  {
    name: 'tars allow',
    summary: 'Let a client reach an application of cards.',
    positionals: ['client', 'tar'],
    options: { integrity: { value: 'none|rc|cc' }, cipher: { value: 'true|false' }, parts: { value: '1-255' } },
    needsAdmin: true,
    run: (client, { client: id, tar, integrity, cipher, parts }) =>
      client.putTarAllowance({
        path: { id: given(id), tar: given(tar) },
        body: present({
          least_integrity: integrity as 'cc' | undefined,
          must_cipher: cipher === undefined ? undefined : cipher !== 'false',
          max_parts: wholeNumber('parts', parts),
        }),
      }),
  },
  {
    name: 'tars list',
    summary: 'Which applications of cards a client may reach.',
    positionals: ['client'],
    options: page,
    needsAdmin: true,
    columns: ['tar', 'least_integrity', 'must_cipher', 'least_counter', 'max_parts'],
    run: (client, { client: id, limit, cursor }) =>
      client.listTarAllowances({
        path: { id: given(id) },
        query: present({ limit: wholeNumber('limit', limit), cursor }),
      }),
  },
];
