import * as z from 'zod';
import { type XmlDocumentType, type XmlShape, xmlFields } from '#shared/domain/xml/xml-fields.ts';
import type { XmlLimits } from '#shared/domain/xml/xml-limits.ts';

/**
 * What is spoken with an HSM over HTTPS: one document asks, one answers. docs/hsm.xsd says the same in XML Schema, and
 * docs/ota.md in words.
 */
export const hsmNamespace = 'urn:signalbox:hsm:1';

/** A packet is at most 65,537 octets, which is twice as much in hexadecimal. */
export const hsmXmlLimits: XmlLimits = {
  octets: 160 * 1_024,
  depth: 3,
  elements: 32,
  attributesPerElement: 4,
  nameLength: 64,
};

const document = (root: string, fields: Readonly<Record<string, XmlShape>>): XmlDocumentType => ({
  namespace: hsmNamespace,
  root,
  shape: xmlFields(fields),
});

const card = xmlFields({
  commandCcCoverage: 'text',
  responseCcCoverage: 'text',
  ccIncludesPadding: 'boolean',
  ccLength: 'integer',
  implicitCipher: 'text',
  implicitMac: 'text',
});
const secured = {
  callId: 'text',
  iccid: 'text',
  keyVersion: 'integer',
  kicKey: 'text',
  kidKey: 'text',
  spi: 'text',
  kic: 'text',
  kid: 'text',
  tar: 'text',
  counter: 'text',
} as const;

/** The documents by the names of their roots. */
export const hsmDocuments = {
  BuildPacket: document('BuildPacket', { ...secured, data: 'text', card }),
  OpenResponse: document('OpenResponse', { ...secured, packet: 'text', card }),
  AskHealth: document('AskHealth', { callId: 'text' }),
  PacketBuilt: document('PacketBuilt', { callId: 'text', packet: 'text' }),
  ResponseOpened: document('ResponseOpened', {
    callId: 'text',
    tar: 'text',
    counter: 'text',
    status: 'integer',
    padding: 'integer',
    data: 'text',
    authenticated: 'boolean',
    ciphered: 'boolean',
  }),
  Refused: document('Refused', { callId: 'text', reason: 'text' }),
  Health: document('Health', { callId: 'text', state: 'text', reason: 'text' }),
} as const;

const hex = (least: number, most: number) =>
  z
    .string()
    .regex(/^([0-9a-f]{2})*$/)
    .min(2 * least)
    .max(2 * most);
const octets = (count: number) => hex(count, count);

export const HsmCallId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const coverage = z.enum(['header', 'lengths', 'udh_and_lengths']);
const Secured = z.strictObject({
  callId: HsmCallId,
  iccid: z.string().regex(/^\d{18,20}$/),
  keyVersion: z.int().min(0).max(15),
  /** Labels of the keys in the HSM. */
  kicKey: z.string().min(1).max(128).optional(),
  kidKey: z.string().min(1).max(128).optional(),
  spi: octets(2),
  kic: octets(1),
  kid: octets(1),
  tar: octets(3),
  counter: octets(5),
  card: z.strictObject({
    commandCcCoverage: coverage,
    responseCcCoverage: coverage,
    ccIncludesPadding: z.boolean(),
    ccLength: z.union([z.literal(4), z.literal(8)]),
    implicitCipher: z.string().max(16).optional(),
    implicitMac: z.string().max(16).optional(),
  }),
});

const answered = { callId: HsmCallId };

/** The values of the documents. */
export const hsmSchemas = {
  BuildPacket: Secured.extend({ data: hex(0, 65_535) }),
  OpenResponse: Secured.extend({ packet: hex(1, 65_540) }),
  AskHealth: z.strictObject(answered),
  PacketBuilt: z.strictObject({ ...answered, packet: hex(16, 65_537) }),
  ResponseOpened: z.strictObject({
    ...answered,
    tar: octets(3),
    counter: octets(5),
    status: z.int().min(0).max(0x0c),
    padding: z.int().min(0).max(255),
    data: hex(0, 65_535),
    authenticated: z.boolean(),
    ciphered: z.boolean(),
  }),
  Refused: z.strictObject({
    ...answered,
    reason: z.enum(['key.unknown', 'algorithm.unsupported', 'request.refused', 'response.not_authentic']),
  }),
  Health: z.strictObject({ ...answered, state: z.enum(['up', 'down']), reason: z.string().max(256).optional() }),
} as const;

export type HsmDocumentName = keyof typeof hsmDocuments;
export type HsmDocument<Name extends HsmDocumentName> = z.infer<(typeof hsmSchemas)[Name]>;
