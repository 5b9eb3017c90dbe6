import * as z from 'zod';
import { emmClasses } from '#shared/domain/emm/section.ts';

/**
 * What encrypt-emm is asked and what it answers. Nothing here is stored: wrapped keys and stored messages come with the
 * question and go with the answer, so that encrypt-emm needs no database, and nobody else needs a key.
 */

const Base64 = z.base64().min(1).max(16_384);
const Tenant = z.uuid();
const Epoch = z.int().min(1).max(0xffffffff);

const Format = z.object({
  table_ids: z.tuple([z.int().min(0x82).max(0x8f), z.int().min(0x82).max(0x8f)]).readonly(),
  address_octets: z.int().min(0).max(16),
  crc: z.boolean(),
});

/** How a CA system writes its sections, all of it said. */
export const EmmSections = z.object({ unique: Format, shared: Format, global: Format });

/** The key that an EMM is sealed under: that of an epoch, or the device's own. */
const SealingKey = z.discriminatedUnion('suite', [
  z.object({ suite: z.literal('epoch'), epoch: Epoch, wrapped_key: Base64 }),
  z.object({ suite: z.literal('device'), epoch: Epoch, device_key: Base64 }),
]);

/** What an EMM says: commands as octets; or the key of an epoch, which only encrypt-emm unwraps. */
const Content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('commands'), hex: z.string().regex(/^([0-9a-f]{2}){1,256}$/) }),
  z.object({ kind: z.literal('key-delivery'), epoch: Epoch, wrapped_key: Base64 }),
]);

const EmmToSeal = z.object({
  /** The id on air, 64 bits in decimal. */
  number: z.string().regex(/^\d{1,20}$/),
  class: z.enum(emmClasses),
  device: z.string().regex(/^\d{0,19}$/),
  toggle: z.literal([0, 1]),
  /** Seconds since 1970. */
  expiry: z.int().min(0).max(0xffffffff),
  key: SealingKey,
  content: Content,
  /** Whether the commands are wanted back as a stored message. */
  is_kept: z.boolean(),
});
export type EmmToSeal = z.infer<typeof EmmToSeal>;

export const mostEmmsToSeal = 500;

export const EncryptionAsked = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('seal'),
    tenant: Tenant,
    ca_system_id: z.int().min(0).max(0xffff),
    sections: EmmSections,
    emms: z.array(EmmToSeal).min(1).max(mostEmmsToSeal),
  }),
  z.object({ operation: z.literal('make-epoch-key'), tenant: Tenant, epoch: Epoch }),
  z.object({ operation: z.literal('rewrap-epoch-key'), tenant: Tenant, epoch: Epoch, wrapped_key: Base64 }),
  /** Device keys, 32 octets each, as they are to be kept. */
  z.object({
    operation: z.literal('protect-device-keys'),
    tenant: Tenant,
    keys: z
      .array(z.string().regex(/^[0-9a-f]{64}$/))
      .min(1)
      .max(mostEmmsToSeal),
  }),
]);
export type EncryptionAsked = z.infer<typeof EncryptionAsked>;
export type SealAsked = Extract<EncryptionAsked, { operation: 'seal' }>;

export const SealedEmm = z.object({
  number: z.string(),
  /** The whole section, base64. */
  section: z.string(),
  /** SHA-256 of the section, hexadecimal. */
  section_hash: z.string(),
  /** The commands as a stored message, base64; null where they were not to be kept. */
  emm_data: z.string().nullable(),
});
export type SealedEmm = z.infer<typeof SealedEmm>;

/** In the order of the question. */
export const SealAnswer = z.object({ emms: z.array(SealedEmm) });
export const EpochKeyAnswer = z.object({ wrapped_key: z.string() });
export const DeviceKeysAnswer = z.object({ device_keys: z.array(z.string()) });
