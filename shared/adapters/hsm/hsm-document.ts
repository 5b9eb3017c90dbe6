import {
  type HsmDocument,
  type HsmDocumentName,
  hsmDocuments,
  hsmSchemas,
  hsmXmlLimits,
} from '#shared/contracts/hsm-xml.ts';
import { encodeCounter, type PacketSecurity } from '#shared/domain/ota/command-packet.ts';
import { encodeKic, encodeKid } from '#shared/domain/ota/key-indication.ts';
import { encodeSpi } from '#shared/domain/ota/security-parameters.ts';
import { parseXml } from '#shared/domain/xml/parse-xml.ts';
import { writeXml } from '#shared/domain/xml/write-xml.ts';
import { readXmlFields, toXmlElement, type XmlValue } from '#shared/domain/xml/xml-fields.ts';
import type { BuildRequest, CardKeyset, OpenRequest } from './hsm-backend.ts';

const octet = (value: number): string => value.toString(16).padStart(2, '0');

/** @throws OtaError for a spec that can not be written in octets. */
const securedFields = (
  callId: string,
  { iccid, version, location }: CardKeyset,
  spec: PacketSecurity & { readonly tar: Buffer; readonly counter: bigint },
) => {
  const { implicitCipher, implicitMac, ...card } = spec.quirks;
  return {
    callId,
    iccid,
    keyVersion: version,
    ...(location.kind === 'hsm' && location.kic !== null ? { kicKey: location.kic } : {}),
    ...(location.kind === 'hsm' && location.kid !== null ? { kidKey: location.kid } : {}),
    spi: encodeSpi(spec.spi).toString('hex'),
    kic: octet(encodeKic(spec.kic)),
    kid: octet(encodeKid(spec.kid)),
    tar: spec.tar.toString('hex'),
    counter: encodeCounter(spec.counter).toString('hex'),
    card: {
      ...card,
      ...(implicitCipher ? { implicitCipher } : {}),
      ...(implicitMac ? { implicitMac } : {}),
    },
  };
};

export const writeHsmDocument = <Name extends HsmDocumentName>(name: Name, value: HsmDocument<Name>): Buffer =>
  Buffer.from(writeXml(toXmlElement(value as XmlValue, hsmDocuments[name])));

export const buildPacketDocument = ({ callId, keyset, spec }: BuildRequest): Buffer =>
  writeHsmDocument('BuildPacket', { ...securedFields(callId, keyset, spec), data: spec.data.toString('hex') });

export const openResponseDocument = ({ callId, keyset, spec, packet }: OpenRequest): Buffer =>
  writeHsmDocument('OpenResponse', { ...securedFields(callId, keyset, spec), packet: packet.toString('hex') });

/** A document with the name of its root. */
export type AnyHsmDocument<Name extends HsmDocumentName> = {
  readonly [Each in Name]: { readonly name: Each; readonly value: HsmDocument<Each> };
}[Name];

/**
 * Reads one of the documents that may stand here, checked against its schema.
 *
 * @throws XmlError, or zod's error: it is none of them.
 */
export const readHsmDocument = <Name extends HsmDocumentName>(
  octets: Uint8Array,
  names: readonly Name[],
): AnyHsmDocument<Name> => {
  const root = parseXml(octets, hsmXmlLimits);
  const name = names.find((each) => each === root.name) ?? names[0];
  if (name === undefined) throw new Error('No document is expected here');
  const value = hsmSchemas[name].parse(readXmlFields(root, hsmDocuments[name]));
  return { name, value } as AnyHsmDocument<Name>;
};
