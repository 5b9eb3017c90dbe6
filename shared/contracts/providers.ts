import * as z from 'zod';
import { ProviderStatuses } from './provider-statuses.ts';

/** What submissions, receipts, statistics and the secret call it. */
export const ProviderName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'is no name: 1 to 32 lower-case letters, digits and hyphens, a letter first');

export const providerKinds = ['smpp', 'http'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** SMPP 3.4, 5.2.5 and 5.2.6. */
const addressOctet = z.int().min(0).max(255).nullable();
const ascii = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\x20-\x7e]*$/, 'has characters that are not ASCII');

const rate = z
  .number()
  .max(10_000, 'is more than 10,000 a second')
  .refine(
    (perSecond) => perSecond >= 0.1,
    'would send nothing: null when the rate is not known, or disable the provider',
  )
  .nullable()
  .meta({ description: 'Of all tasks together; null: not known, and found out by what the provider refuses.' });

/** Of providers of either kind. */
const paced = {
  parts_per_second: rate.default(null),
  burst: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta({ description: 'How many parts may go at once after a pause, within the rate.' }),
  window: z
    .int()
    .min(1)
    .max(1_000, 'is more than 1,000: an SMSC that takes so many at once is not known')
    .default(10)
    .meta({ description: 'How many submissions of one bind may wait for their response at once.' }),
  response_timeout_seconds: z.int().min(1).max(120).default(30),
};

/** How a provider of kind `smpp` is reached and spoken to: a field that is left out has its default. */
export const smppFields = {
  ...paced,
  host: z.string().min(1).max(253).meta({ description: 'A name or an address of the public internet.' }),
  port: z.int().min(1).max(65_535),
  tls: z.boolean().default(true).meta({ description: 'TLS 1.2 at least, the certificate verified.' }),
  system_id: ascii(15).min(1),
  system_type: ascii(12).default(''),
  bind_type: z.enum(['transceiver', 'transmitter', 'receiver']).default('transceiver'),
  binds: z
    .int()
    .min(1)
    .max(100, 'is more than 100: give what the account allows')
    .default(1)
    .meta({ description: 'How many binds the account allows, of all tasks together.' }),
  enquire_link_seconds: z.int().min(5).max(60).default(30),
  bind_timeout_seconds: z.int().min(1).max(60).default(10),
  default_alphabet: z
    .enum(['gsm7', 'ascii', 'latin1'])
    .default('gsm7')
    .meta({ description: 'What data_coding 0 is at this SMSC.' }),
  long_messages: z
    .enum(['udh8', 'udh16', 'sar', 'payload'])
    .default('udh16')
    .meta({ description: 'How parts are put together: by header, by SAR parameters, or in one message_payload.' }),
  id_format: z.enum(['auto', 'same', 'decimal', 'hexadecimal']).default('auto').meta({
    description:
      'What message ids of receipts are beside those of responses: `same` as them, or their value in `decimal` or `hexadecimal`; `auto`: whatever fits.',
  }),
  validity: z
    .enum(['absolute', 'relative', 'none'])
    .default('relative')
    .meta({ description: 'How validity_period is written (SMPP 3.4, 7.1.1), if at all.' }),
  source_ton: addressOctet
    .default(null)
    .meta({ description: 'Null: by the address, 5 alphanumeric or 1 international.' }),
  source_npi: addressOctet.default(null).meta({ description: 'Null: by the address, 0 or 1.' }),
  dest_ton: addressOctet.default(null).meta({ description: 'Null: 1, international.' }),
  dest_npi: addressOctet.default(null).meta({ description: 'Null: 1, E.164.' }),
  statuses: ProviderStatuses.default({}),
  plain_receipts: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .meta({ description: 'Whether a text that reads as a receipt is one although esm_class says otherwise.' }),
  text_protocol_id: z.int().min(0).max(255).default(0),
  ota_protocol_id: z
    .int()
    .min(0)
    .max(255)
    .default(0x7f)
    .meta({ description: 'Of OTA pushes; 127 is (U)SIM data download (3GPP TS 23.040, 9.2.3.9).' }),
  ota_data_coding: z
    .int()
    .min(0)
    .max(255)
    .default(0xf6)
    .meta({ description: 'Of OTA pushes; 246 is 8-bit data for the SIM (3GPP TS 23.038, 4).' }),
};

/** How a provider of kind `http` is reached. Its password is the key that signs requests and receipts. */
export const httpFields = {
  ...paced,
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .meta({ description: 'Where messages are posted to, in JSON.' }),
};

/** What is stored of a provider; fields that came later have their defaults. */
export const SmppSettings = z.object(smppFields);
export type SmppSettings = z.infer<typeof SmppSettings>;
export const HttpSettings = z.object(httpFields);
export type HttpSettings = z.infer<typeof HttpSettings>;

/** What the bridge knows of each provider beside its password. */
interface StoredProvider {
  readonly name: string;
  /** Grows with every change of the settings. */
  readonly revision: number;
  /** When the password was last written, ISO 8601: to be read again when it differs; null: there is none. */
  readonly secret_set_at: string | null;
}
export type Provider = StoredProvider &
  (
    | { readonly kind: 'smpp'; readonly settings: SmppSettings }
    | { readonly kind: 'http'; readonly settings: HttpSettings }
  );

/** The content of the secret `<prefix><name>`: of `smpp` the bind's password, of `http` the signing key. */
export const ProviderSecret = z.object({ password: z.string() });
export type ProviderSecret = z.infer<typeof ProviderSecret>;
