import * as z from 'zod';
import { OtaError } from '#shared/domain/ota/ota-error.ts';
import { decodeSpi } from '#shared/domain/ota/security-parameters.ts';
import { Msisdn } from './identifiers.ts';
import { Plain } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { Iccid } from './pushes.ts';

const time = z.iso.datetime();

export const ProfileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'is no name of a profile: 1 to 63 lower-case letters, digits, ._-');

const isSpi = (digits: string): boolean => {
  try {
    decodeSpi(Buffer.from(digits, 'hex'));
    return true;
  } catch (error) {
    if (error instanceof OtaError) return false;
    throw error;
  }
};

const Spi = z
  .string()
  .regex(/^[0-9a-fA-F]{4}$/, { error: 'is not two octets in hexadecimal', abort: true })
  .refine(isSpi, 'has values that ETSI TS 102 225 reserves')
  .transform((digits) => digits.toLowerCase());

const CcCoverage = z.enum(['header', 'lengths', 'udh_and_lengths']);
const ciphers = ['des-cbc', 'des-ecb', '3des-2-cbc', '3des-2-ecb', '3des-3-cbc', '3des-3-ecb', 'aes-cbc'] as const;
const macs = ['des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac', 'aes-cmac'] as const;

/** PUT /v1/admin/card-profiles/{name}: what is left out is as with a card that keeps to the standards. */
export const PutCardProfile = z.strictObject({
  command_cc_coverage: CcCoverage.default('lengths').meta({
    description: 'What the checksum of a command covers before SPI.',
  }),
  response_cc_coverage: CcCoverage.default('udh_and_lengths').meta({
    description: 'What the checksum of an answer covers before TAR.',
  }),
  cc_includes_padding: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the checksum covers the cipher padding.' }),
  cc_length: z
    .union([z.literal(4), z.literal(8)])
    .default(8)
    .meta({ description: 'Octets of the checksum.' }),
  implicit_cipher: z.enum(ciphers).nullable().default(null).meta({
    description: 'What a KIc means that leaves the algorithm to both sides; null: nothing.',
  }),
  implicit_mac: z.enum(macs).nullable().default(null).meta({
    description: 'What a KID means that leaves the algorithm to both sides; null: nothing.',
  }),
  format: z
    .enum(['compact', 'expanded', 'expanded_indefinite'])
    .default('compact')
    .meta({ description: 'How remote commands are written (ETSI TS 102 226, 5).' }),
  spi: Spi.default('1639').meta({ description: 'How packets are secured and answered, two octets in hexadecimal.' }),
  reference_bits: z
    .union([z.literal(8), z.literal(16)])
    .default(8)
    .meta({ description: 'Bits of the reference of concatenated packets.' }),
  max_parts: z.int().min(1).max(255).default(5),
  counter_jump: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(100)
    .meta({ description: 'How far to jump when the card says that a counter was too low.' }),
});
export type PutCardProfile = z.infer<typeof PutCardProfile>;

/** 200 of PUT /v1/admin/card-profiles/{name}. */
export const CardProfile = z.object({
  name: z.string(),
  ...PutCardProfile.shape,
  spi: z.string().meta({ description: 'How packets are secured and answered, two octets in hexadecimal.' }),
  updated_at: time,
});
export type CardProfile = z.infer<typeof CardProfile>;

/** The query of GET /v1/admin/card-profiles. By name. */
export const ListCardProfiles = z.strictObject({ limit: PageLimit, cursor: PageCursor });

export const CardProfileList = z.object({
  profiles: z.array(CardProfile).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});

const implicit = ['implicit', 'implicit_4', 'implicit_8', 'implicit_12'] as const;
const KicAlgorithm = z.enum(['des-cbc', 'des-ecb', '3des-2-cbc', '3des-3-cbc', 'aes-cbc', ...implicit]);
const KidAlgorithm = z.enum([...macs, 'crc-16', 'crc-32', ...implicit]);

/** Octets of a key by what begins the name of its algorithm. */
const keyOctets = (algorithm: string): readonly number[] => {
  if (algorithm.startsWith('crc')) return [];
  if (algorithm.startsWith('3des-2')) return [16];
  if (algorithm.startsWith('3des-3')) return [24];
  if (algorithm.startsWith('des')) return [8];
  return algorithm.startsWith('aes') ? [16, 24, 32] : [8, 16, 24, 32];
};

interface GivenKey {
  readonly location: 'sealed' | 'hsm';
  readonly algorithm: string;
  readonly key: string | null;
}

/** What is wrong with a key, without the key; null when nothing is. */
const keyFault = ({ location, algorithm, key }: GivenKey): string | null => {
  const octets = keyOctets(algorithm);
  if (octets.length === 0) return key === null ? null : 'is given, and the algorithm has no key';
  if (key === null) return 'is missing';
  if (location === 'hsm')
    return /^[\x21-\x7e]{1,128}$/.test(key) ? null : 'is no label: 1 to 128 visible ASCII characters';
  if (!/^([0-9a-f]{2})+$/i.test(key)) return 'is not hexadecimal with two digits an octet';
  return octets.includes(key.length / 2) ? null : `has ${key.length / 2} octets, and ${octets.join(' or ')} are right`;
};

/** One line of a card batch: a card with one version of its keys, which are hexadecimal, or labels of keys in the HSM. */
export const CardBatchLine = z
  .strictObject({
    line: z.int().min(1).max(1_000_000_000).meta({ description: 'Its place in the file, by which it is told of.' }),
    iccid: Iccid.meta({ description: 'ITU-T E.118: 18 to 20 digits.' }),
    msisdn: Msisdn.nullable().default(null),
    profile: ProfileName.meta({ description: 'The name of its card profile.' }),
    version: z.int().min(0).max(15).meta({ description: 'The version of its keys, as KIc and KID name it.' }),
    kic_algorithm: KicAlgorithm.meta({ description: 'With what packets are ciphered.' }),
    kid_algorithm: KidAlgorithm.meta({ description: 'With what packets are proven.' }),
    location: z.enum(['sealed', 'hsm']).default('sealed').meta({
      description: '`sealed`: the keys come here and are kept encrypted; `hsm`: they are there under labels.',
    }),
    kic: z.string().max(128).nullable().default(null).meta({ description: 'The ciphering key, or its label.' }),
    kid: z.string().max(128).nullable().default(null).meta({ description: 'The checksum key, or its label.' }),
    counter: z
      .int()
      .min(0)
      .max(2 ** 40 - 1)
      .default(0)
      .meta({ description: 'The counter that was used last.' }),
  })
  .superRefine(({ location, kic_algorithm, kid_algorithm, kic, kid }, context) => {
    const faults = {
      kic: keyFault({ location, algorithm: kic_algorithm, key: kic }),
      kid: keyFault({ location, algorithm: kid_algorithm, key: kid }),
    };
    for (const [path, message] of Object.entries(faults))
      if (message !== null) context.addIssue({ code: 'custom', path: [path], message });
  });
export type CardBatchLine = z.infer<typeof CardBatchLine>;

export const mostCardLines = 1_000;

/** POST /v1/admin/cards. Each line is checked for itself: what is wrong with one does not concern the others. */
export const ImportCards = z.strictObject({
  lines: z.array(CardBatchLine).min(1).max(mostCardLines).meta({ description: 'The lines of the batch.' }),
});

/** The envelope alone, before its lines are looked at. */
export const CardBatchEnvelope = z.strictObject({ lines: z.array(z.unknown()).min(1).max(mostCardLines) });

export const lineReasons = {
  malformed: 'does not fit, as its errors say',
  profile_unknown: 'names a profile that there is none of',
  msisdn_taken: 'has the number of another card',
  line_repeated: 'has a card and a version that stand in a line before',
} as const;

/** 201 of POST /v1/admin/cards. */
export const ImportedCards = z.object({
  imported: z.int().meta({ description: 'Keys that are new.' }),
  known: z.int().meta({ description: 'Keys that were there, and stay as they are with their counters.' }),
  rejected: z.array(
    z.object({
      line: z.int().meta({ description: 'Its place in the file.' }),
      reason: z
        .enum(['malformed', 'profile_unknown', 'msisdn_taken', 'line_repeated'])
        .meta({ description: 'Why the line was refused, in a word that does not change.' }),
      message: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  ),
});
export type ImportedCards = z.infer<typeof ImportedCards>;

const card = {
  iccid: z.string().meta({ description: 'The ICCID of the card.' }),
  msisdn: z.string().nullable().meta({ description: 'The number it answers to; null: it has none now.' }),
  profile: z.string().meta({ description: 'The name of its card profile.' }),
  stopped_at: time.nullable().meta({ description: 'Since when nothing is sent to it; null: it is not stopped.' }),
  stopped_for: z.string().nullable().meta({ description: 'Why it is stopped; null: it is not.' }),
  created_at: time,
  updated_at: time,
};

export const CardSummary = z.object(card);
export type CardSummary = z.infer<typeof CardSummary>;

/** The query of GET /v1/admin/cards. By ICCID; what is left out does not narrow it. */
export const ListCards = z.strictObject({
  msisdn: Msisdn.optional(),
  profile: Plain.min(1).max(63).optional().meta({ description: 'The name of a card profile.' }),
  stopped: z.enum(['true', 'false']).optional().meta({ description: 'Only those that are stopped, or are not.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListCards = z.infer<typeof ListCards>;

export const CardList = z.object({
  cards: z.array(CardSummary).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});

/** A card with its counters; of its keys only what is not secret. */
export const CardView = z.object({
  ...card,
  keysets: z
    .array(
      z.object({
        version: z.int().meta({ description: 'The version of its keys, as KIc and KID name it.' }),
        kic_algorithm: z.string().meta({ description: 'With what packets are ciphered.' }),
        kid_algorithm: z.string().meta({ description: 'With what packets are proven.' }),
        location: z
          .enum(['sealed', 'hsm'])
          .meta({ description: 'Whether the keys are kept here, encrypted, or in the HSM.' }),
        last_counter: z.int().meta({ description: 'The counter that was given last.' }),
        created_at: time,
      }),
    )
    .meta({ description: 'Its keys, the newest version first: that one is used.' }),
  waiting: z.int().meta({ description: 'How many pushes wait in its line.' }),
  under_way: z.uuid().nullable().meta({ description: 'The push that is under way; null: none is.' }),
});
export type CardView = z.infer<typeof CardView>;

/** PUT /v1/admin/clients/{id}/tars/{tar}. */
export const PutTarAllowance = z.strictObject({
  least_integrity: z
    .enum(['none', 'rc', 'cc'])
    .default('cc')
    .meta({ description: 'By what a packet must be proven at least.' }),
  must_cipher: z.boolean().default(true).meta({ description: 'Whether a packet must be ciphered.' }),
  least_counter: z
    .enum(['none', 'unchecked', 'higher', 'exact'])
    .default('higher')
    .meta({ description: 'What the card must demand of the counter at least.' }),
  max_parts: z.int().min(1).max(255).nullable().default(null).meta({
    description: 'The most short messages a packet may take; null: as many as the card profile allows.',
  }),
});
export type PutTarAllowance = z.infer<typeof PutTarAllowance>;

export const TarAllowance = z.object({
  tar: z.string().meta({ description: 'The application that may be reached, six hexadecimal digits.' }),
  ...PutTarAllowance.shape,
  created_at: time,
});
export type TarAllowance = z.infer<typeof TarAllowance>;

/** The query of GET /v1/admin/clients/{id}/tars. By TAR. */
export const ListTarAllowances = z.strictObject({ limit: PageLimit, cursor: PageCursor });

export const TarAllowanceList = z.object({
  tars: z.array(TarAllowance).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});
