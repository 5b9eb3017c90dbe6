import type { SignalboxClient } from '../../clients/typescript/src/create-client.ts';
import type { Operations } from '../../clients/typescript/src/operations.ts';
import type { Command } from '../command.ts';
import { type CardFileLine, readCardFile } from '../read-card-file.ts';
import { given, present, wholeNumber } from './values.ts';

type Imported = Operations['importCards']['answer'];
type Lines = Operations['importCards']['request']['body']['lines'];

/** As many as the API takes at once. */
const chunk = 1_000;
const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

interface Progress {
  readonly lines: number;
  readonly imported: number;
  readonly known: number;
  readonly rejected: Imported['rejected'];
}

const none: Progress = { lines: 0, imported: 0, known: 0, rejected: [] };

const importChunk = async (client: SignalboxClient, some: readonly CardFileLine[], so: Progress): Promise<Progress> => {
  // The API checks each line and says what is wrong with it.
  const { imported, known, rejected } = await client.importCards({ body: { lines: some as unknown as Lines } });
  return {
    lines: so.lines + some.length,
    imported: so.imported + imported,
    known: so.known + known,
    rejected: [...so.rejected, ...rejected],
  };
};

const told = (rejected: Imported['rejected'][number]) => ({
  ...rejected,
  message: [rejected.message, ...rejected.errors.map(({ path, message }) => `${path} ${message}`)].join('; '),
});

const importFile = async (client: SignalboxClient, path: string, profile: string): Promise<Progress> => {
  let so = none;
  for await (const some of readCardFile(path, { profile, chunk })) {
    so = await importChunk(client, some, so);
    const { lines, imported, known, rejected } = so;
    console.error(`${lines} lines: ${imported} imported, ${known} known, ${rejected.length} rejected`);
  }
  return { ...so, rejected: so.rejected.map(told) };
};

export const cardCommands: readonly Command[] = [
  {
    name: 'cards import',
    summary: 'Import a CSV file of cards with their keys; tells of each line that is refused.',
    positionals: ['file'],
    options: { profile: { value: 'of lines that name none' } },
    needsAdmin: true,
    columns: ['line', 'reason', 'message'],
    run: (client, { file, profile = 'standard' }) => importFile(client, given(file), profile),
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
