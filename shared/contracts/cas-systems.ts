import * as z from 'zod';
import { casCommands, languages } from '#shared/domain/cas/grammar.ts';
import { usualLimits } from '#shared/domain/cas/weigh-flood.ts';
import { foldText, wordsOf } from '#shared/domain/cas/words.ts';
import { emmClasses, type SectionFormats, usualFormats } from '#shared/domain/emm/section.ts';
import { isOptOutWord } from '#shared/domain/inbound/opt-out-command.ts';
import { Plain } from './messages.ts';

const time = z.iso.datetime();
const TableId = z.int().min(0x82).max(0x8f);

const formatOf = (each: keyof SectionFormats) => {
  const { table_ids, address_octets, crc } = usualFormats[each];
  return z
    .strictObject({
      table_ids: z
        .tuple([TableId, TableId])
        .default([...table_ids])
        .meta({ description: 'Two, 130 to 143: an EMM that replaces another takes the other one.' }),
      address_octets: z
        .int()
        .min(each === 'global' ? 0 : 1)
        .max(each === 'global' ? 0 : 16)
        .default(address_octets)
        .meta({ description: 'Octets of the address.' }),
      crc: z.boolean().default(crc).meta({ description: 'Whether CRC_32 ends the section.' }),
    })
    .prefault({});
};

const Sections = z
  .strictObject({ unique: formatOf('unique'), shared: formatOf('shared'), global: formatOf('global') })
  .refine(
    (given) => new Set(emmClasses.flatMap((each) => given[each].table_ids)).size === 2 * emmClasses.length,
    'has a table_id twice, by which receivers tell classes apart',
  )
  .prefault({})
  .meta({ description: 'How sections are written, by class; what is left out is usual.' });

const most = (usual: number, description: string) => z.int().min(0).max(1_000_000).default(usual).meta({ description });

const Limits = z
  .strictObject({
    last_minute: most(usualLimits.last_minute, 'Requests of a telephone within a minute.'),
    last_hour: most(usualLimits.last_hour, 'Requests of a telephone within an hour.'),
    last_day: most(usualLimits.last_day, 'Requests of a telephone within a day.'),
    refused_last_hour: most(usualLimits.refused_last_hour, 'Refused requests of a telephone within an hour.'),
  })
  .prefault({})
  .meta({ description: 'How often a telephone is answered; what is left out is usual.' });

const Language = z.enum(languages);

/** PUT /v1/admin/clients/{id}/cas-system: what is left out is usual, also where there was something else before. */
export const PutCasSystem = z.strictObject({
  ca_system_id: z.int().min(0).max(0xffff).meta({ description: 'As DVB has assigned it (ETSI TS 101 162).' }),
  sections: Sections,
  language: Language.default('en').meta({ description: 'In which whoever says nothing else is answered.' }),
  limits: Limits,
  emm_hours: z.int().min(1).max(8_760).default(336).meta({ description: 'How long an EMM stays on air.' }),
  epoch_hours: z.int().min(1).max(8_760).default(24).meta({ description: 'How long a key is used.' }),
  key_lead_minutes: z
    .int()
    .min(0)
    .max(10_080)
    .default(60)
    .meta({ description: 'How long the next key is on air before it is used.' }),
  retention_days: z
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .meta({ description: 'How long requests, EMMs and wrapped keys are kept when they are over.' }),
});
export type PutCasSystem = z.infer<typeof PutCasSystem>;

const CasPackage = z.strictObject({
  name: Plain.min(1).max(40).meta({ description: 'As it is called in an answer.' }),
  product: z.int().min(0).max(0xffff).meta({ description: 'As the card knows it.' }),
  months: z.int().min(1).max(12).default(1).meta({ description: 'For how long, when a request does not say.' }),
});

const CasKeyword = z.strictObject({
  command: z.enum(casCommands).meta({ description: 'What it asks for.' }),
  language: Language.nullable().default(null).meta({ description: 'In which it is answered; null: it does not say.' }),
});

const longestWord = 32;

/** Why no text can begin with this word as texts are read; null when one can. */
const wordFault = (word: string): string | null =>
  wordsOf(foldText(word)).join() === word && word !== '' && word.length <= longestWord
    ? null
    : `is no word as texts are read: one of at most ${longestWord} capitals without accents, and digits`;

const keywordFault = (word: string, value: z.infer<typeof CasKeyword> | null): string | null =>
  wordFault(word) ??
  (value && value.command !== 'stop' && isOptOutWord(word) ? 'is a word by which people opt out' : null);

const codeFault = (code: string): string | null =>
  /^[A-Z][A-Z0-9]{0,11}$/.test(code) ? null : 'is no code: 1 to 12 capitals and digits, a letter first';

const numberFault = (number: string): string | null =>
  /^\d{3,15}$/.test(number) ? null : 'is no number: 3 to 15 digits';

const FirstWords = z
  .array(z.string())
  .min(1)
  .max(20)
  .superRefine((words, context) => {
    for (const [i, word] of words.entries()) {
      const fault = word === '' ? null : wordFault(word);
      if (fault) context.addIssue({ code: 'custom', path: [i], message: fault });
    }
    if (new Set(words).size < words.length) context.addIssue({ code: 'custom', message: 'names a word twice' });
  });

/** How many packages, keywords and numbers a CA system has at most, of each: every request is read with all of them. */
export const mostCasWords = 100;

/** By name; null takes one away. */
const changesOf = <Value extends z.ZodType>(
  value: Value,
  faultOf: (name: string, value: z.output<Value> | null) => string | null,
) =>
  z
    .record(z.string().min(1).max(64), value.nullable())
    .superRefine((given, context) => {
      const named = Object.entries(given);
      if (named.length > mostCasWords) context.addIssue({ code: 'custom', message: `has more than ${mostCasWords}` });
      for (const [name, each] of named) {
        const fault = faultOf(name, each);
        if (fault) context.addIssue({ code: 'custom', path: [name], message: fault });
      }
    })
    .optional();

/** PATCH /v1/admin/clients/{id}/cas-system: what is named is set, or taken away where it is null; the rest stays. */
export const ChangeCasSystem = z
  .strictObject({
    packages: changesOf(CasPackage, codeFault).meta({ description: 'By code, as it is texted; null takes one away.' }),
    keywords: changesOf(CasKeyword, keywordFault).meta({
      description: 'Words beside the usual ones, and what they ask for; null takes one away.',
    }),
    numbers: changesOf(FirstWords, numberFault).meta({
      description:
        'Where subscribers text to, and by which first words; an empty word stands for every text. Null takes one away.',
    }),
  })
  .refine((changes) => Object.values(changes).some((each) => each !== undefined), 'changes nothing');
export type ChangeCasSystem = z.infer<typeof ChangeCasSystem>;

/** 200 of GET, PUT and PATCH /v1/admin/clients/{id}/cas-system. */
export const CasSystemView = z.object({
  client_id: z.uuid(),
  ...PutCasSystem.shape,
  packages: z.record(z.string(), CasPackage).meta({ description: 'By code, as it is texted.' }),
  keywords: z.record(z.string(), CasKeyword).meta({ description: 'Words beside the usual ones.' }),
  numbers: z
    .record(z.string(), z.array(z.string()))
    .meta({ description: 'Where subscribers text to, and by which first words; an empty word: every text.' }),
  created_at: time,
});
export type CasSystemView = z.infer<typeof CasSystemView>;
