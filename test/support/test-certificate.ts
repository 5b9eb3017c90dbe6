import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A self-signed X.509 certificate for tests, made when it is needed: no key lies in the repository. */

const tlv = (tag: number, ...contents: Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...items: Buffer[]) => tlv(0x30, ...items);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const utcTime = (text: string) => tlv(0x17, Buffer.from(text));
/** ecdsa-with-SHA256, RFC 5758. */
const algorithm = sequence(oid('2a8648ce3d040302'));
const commonName = (name: string) => sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name)))));
/** subjectAltName, RFC 5280, 4.2.1.6, with one dNSName. */
const alternativeName = (name: string) =>
  tlv(0xa3, sequence(sequence(oid('551d11'), tlv(0x04, sequence(tlv(0x82, Buffer.from(name)))))));

const body = (host: string, publicKey: KeyObject) =>
  sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    algorithm,
    commonName(host),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    commonName(host),
    publicKey.export({ type: 'spki', format: 'der' }),
    alternativeName(host),
  );

/** Key and certificate in PEM for one host name. */
export const makeTestCertificate = (host: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = body(host, publicKey);
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', signed, privateKey));
  const base64 = sequence(signed, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
};
