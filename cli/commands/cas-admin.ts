import type { SignalboxClient } from '../../clients/typescript/src/create-client.ts';
import type { Operations } from '../../clients/typescript/src/operations.ts';
import type { Command, Given } from '../command.ts';
import { type ImportedBatch, importFile } from '../import-file.ts';
import { UsageError } from '../parse-command.ts';
import { given, json, present, wholeNumber, words } from './values.ts';

type CardLines = Operations['importCasCards']['request']['body']['lines'];
type SystemChanges = Operations['changeCasSystem']['request']['body'];
type CardChanges = Operations['changeCasCard']['request']['body'];

/** As many as the API takes at once. */
const chunk = 500;
const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;
const cardFormat = { columns: ['card', 'key', 'group', 'owner', 'language'], required: ['card'] };
const groupFormat = { columns: ['number', 'key'], required: ['number', 'key'] };

/** CA_system_ids are assigned in hexadecimal. */
const caSystemId = (text: string): number => {
  if (!/^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text))
    throw new UsageError(`A CA_system_id is such as 0x4a01 or 18945, and "${text}" is none.`);
  return Number(text);
};

const changeSystem = (client: SignalboxClient, { client: id }: Given, body: SystemChanges): Promise<unknown> =>
  client.changeCasSystem({ path: { id: given(id) }, body });

const changeCard = (client: SignalboxClient, { client: id, card }: Given, body: CardChanges): Promise<unknown> =>
  client.changeCasCard({ path: { id: given(id), card: given(card) }, body });

/** One after the other: there are few groups. */
const putGroups =
  (client: SignalboxClient, id: string) =>
  async (lines: readonly object[]): Promise<ImportedBatch> => {
    for (const { number, key } of lines as readonly { readonly number: string; readonly key: string }[])
      await client.putCasGroup({ path: { id, number }, body: { key } });
    return { imported: lines.length, known: 0, rejected: [] };
  };

const systemCommands: readonly Command[] = [
  {
    name: 'cas system set',
    summary: 'Give a client a CA system, or say anew how it works. --settings takes whatever has no option.',
    needsAdmin: true,
    positionals: ['client', 'ca-system-id'],
    options: { language: { value: 'en|de|fr' }, settings: { value: '{"emm_hours":336}' } },
    run: (client, { client: id, 'ca-system-id': system, language, settings }) =>
      client.putCasSystem({
        path: { id: given(id) },
        body: {
          ...present({ ca_system_id: caSystemId(given(system)), language }),
          ...json('settings', settings),
        } as never,
      }),
  },
  {
    name: 'cas system show',
    summary: 'A client’s CA system, with its packages, keywords and numbers.',
    needsAdmin: true,
    positionals: ['client'],
    run: (client, { client: id }) => client.getCasSystem({ path: { id: given(id) } }),
  },
  {
    name: 'cas package set',
    summary: 'Set a package: its code as it is texted, and the product that cards know it by.',
    needsAdmin: true,
    positionals: ['client', 'code', 'product'],
    options: { name: { value: 'name', required: true }, months: { value: '1-12' } },
    run: (client, of) => {
      const { code, product, name, months } = of;
      const asked = present({
        name: given(name),
        product: wholeNumber('product', product) ?? 0,
        months: wholeNumber('months', months),
      });
      return changeSystem(client, of, { packages: { [given(code)]: asked } });
    },
  },
  {
    name: 'cas package remove',
    summary: 'Remove a package to which no card is entitled.',
    needsAdmin: true,
    positionals: ['client', 'code'],
    run: (client, of) => changeSystem(client, of, { packages: { [given(of.code)]: null } }),
  },
  {
    name: 'cas keyword set',
    summary: 'Let a word ask for activate, deactivate, status, refresh, pair, help or stop.',
    needsAdmin: true,
    positionals: ['client', 'word', 'command'],
    options: { language: { value: 'en|de|fr' } },
    run: (client, of) => {
      const asked = present({ command: given(of.command) as 'help', language: of.language as 'en' | undefined });
      return changeSystem(client, of, { keywords: { [given(of.word)]: asked } });
    },
  },
  {
    name: 'cas keyword remove',
    summary: 'Remove a word that was set beside the usual ones.',
    needsAdmin: true,
    positionals: ['client', 'word'],
    run: (client, of) => changeSystem(client, of, { keywords: { [given(of.word)]: null } }),
  },
  {
    name: 'cas number set',
    summary: 'Where subscribers text to; --words, where the number is shared: those that begin their texts.',
    needsAdmin: true,
    positionals: ['client', 'number'],
    options: { words: { value: 'TV,KINO' } },
    run: (client, of) => changeSystem(client, of, { numbers: { [given(of.number)]: words(of.words) ?? [''] } }),
  },
  {
    name: 'cas number remove',
    summary: 'Texts to this number are the CA system’s no more.',
    needsAdmin: true,
    positionals: ['client', 'number'],
    run: (client, of) => changeSystem(client, of, { numbers: { [given(of.number)]: null } }),
  },
];

const deviceCommands: readonly Command[] = [
  {
    name: 'cas groups import',
    summary: 'Import a CSV file of groups: number,key.',
    needsAdmin: true,
    positionals: ['client', 'file'],
    run: (client, { client: id, file }) => importFile(given(file), groupFormat, chunk, putGroups(client, given(id))),
  },
  {
    name: 'cas groups list',
    summary: 'Groups of cards, by number.',
    needsAdmin: true,
    positionals: ['client'],
    options: page,
    run: (client, { client: id, limit, cursor }) =>
      client.listCasGroups({ path: { id: given(id) }, query: present({ limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'cas cards import',
    summary: 'Import a CSV file of cards: card,key,group,owner,language; tells of each line that is refused.',
    needsAdmin: true,
    positionals: ['client', 'file'],
    columns: ['line', 'reason', 'message'],
    run: (client, { client: id, file }) =>
      importFile(given(file), cardFormat, chunk, (lines) =>
        client.importCasCards({ path: { id: given(id) }, body: { lines: lines as unknown as CardLines } }),
      ),
  },
  {
    name: 'cas cards list',
    summary: 'Cards, by number.',
    needsAdmin: true,
    positionals: ['client'],
    options: { group: { value: 'number' }, owner: { value: 'number' }, barred: { value: 'true|false' }, ...page },
    columns: ['card', 'group', 'has_key', 'owner', 'language', 'box', 'barred_at'],
    run: (client, { client: id, group, owner, barred, limit, cursor }) =>
      client.listCasCards({
        path: { id: given(id) },
        query: present({
          group,
          owner,
          barred: barred as 'true' | undefined,
          limit: wholeNumber('limit', limit),
          cursor,
        }),
      }),
  },
  {
    name: 'cas cards show',
    summary: 'A card with what it is entitled to.',
    needsAdmin: true,
    positionals: ['client', 'card'],
    run: (client, { client: id, card }) => client.getCasCard({ path: { id: given(id), card: given(card) } }),
  },
  {
    name: 'cas cards bar',
    summary: 'Bar a card: its requests are refused, and it learns no new key.',
    needsAdmin: true,
    positionals: ['client', 'card'],
    run: (client, of) => changeCard(client, of, { is_barred: true }),
  },
  {
    name: 'cas cards unbar',
    summary: 'Let a barred card go on.',
    needsAdmin: true,
    positionals: ['client', 'card'],
    run: (client, of) => changeCard(client, of, { is_barred: false }),
  },
  {
    name: 'cas senders bar',
    summary: 'Bar a telephone: its texts meet silence.',
    needsAdmin: true,
    positionals: ['client', 'number'],
    run: (client, { client: id, number }) => client.barCasSender({ path: { id: given(id), msisdn: given(number) } }),
  },
  {
    name: 'cas senders unbar',
    summary: 'Answer a telephone again.',
    needsAdmin: true,
    positionals: ['client', 'number'],
    run: (client, { client: id, number }) => client.unbarCasSender({ path: { id: given(id), msisdn: given(number) } }),
  },
  {
    name: 'cas senders list',
    summary: 'Telephones whose texts meet silence.',
    needsAdmin: true,
    positionals: ['client'],
    options: page,
    run: (client, { client: id, limit, cursor }) =>
      client.listCasBarredSenders({
        path: { id: given(id) },
        query: present({ limit: wholeNumber('limit', limit), cursor }),
      }),
  },
];

const carouselCommands: readonly Command[] = [
  {
    name: 'carousels set',
    summary: 'Make a carousel, or say anew where and how it sends.',
    needsAdmin: true,
    positionals: ['client', 'name', 'output'],
    options: {
      settings: { value: '{"host":"10.0.7.4","port":8002}' },
      bandwidth: { value: 'kbit/s' },
      classes: { value: '{"unique":{"weight":4}}' },
    },
    run: (client, { client: id, name, output, settings, bandwidth, classes }) =>
      client.putCarousel({
        path: { id: given(id), name: given(name) },
        body: {
          ...present({ output, bandwidth_kbit_s: wholeNumber('bandwidth', bandwidth) }),
          settings: json('settings', settings),
          classes: json('classes', classes),
        } as never,
      }),
  },
  {
    name: 'carousels list',
    summary: 'A client’s carousels, with where they send to.',
    needsAdmin: true,
    positionals: ['client'],
    columns: ['name', 'id', 'status', 'output', 'bandwidth_kbit_s', 'cycle_seconds', 'on_air_seconds', 'last_sent_at'],
    run: (client, { client: id }) => client.listClientCarousels({ path: { id: given(id) } }),
  },
  {
    name: 'carousels remove',
    summary: 'Take a carousel away: nothing is sent any more.',
    needsAdmin: true,
    positionals: ['client', 'name'],
    run: (client, { client: id, name }) => client.removeCarousel({ path: { id: given(id), name: given(name) } }),
  },
];

export const casAdminCommands: readonly Command[] = [...systemCommands, ...deviceCommands, ...carouselCommands];
