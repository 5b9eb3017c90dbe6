import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeTestCertificate } from './test-certificate.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** An issuer of JWTs with its public keys on https, which this process trusts. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** What is published; may be changed. */
  keys: readonly SigningKey[];
  /** Answered to whoever asks for the keys; 200 unless it is changed. */
  status: number;
  /** How often somebody asked for the keys. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

export const makeSigningKey = (kid: string): SigningKey => ({
  kid,
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A compact JWS (RFC 7515, 7.1) with any header, claims and signature. */
export const makeToken = (header: object, claims: object, signer: (input: Buffer) => Buffer): string => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`;
};

/** Signs under RS256. */
export const signToken = ({ kid, privateKey }: SigningKey, claims: object): string =>
  makeToken({ alg: 'RS256', typ: 'JWT', kid }, claims, (input) =>
    sign('sha256', input, privateKey as SignKeyObjectInput['key']),
  );

const jwk = ({ kid, publicKey }: SigningKey) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg: 'RS256',
  use: 'sig',
});

export const startTokenIssuer = async (...keys: SigningKey[]): Promise<TokenIssuer> => {
  const { key, cert } = makeTestCertificate('localhost');
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, cert]);
  let asked = 0;
  const server = createServer({ key, cert }, (_request, response) => {
    asked += 1;
    response.writeHead(issuer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: issuer.keys.map(jwk) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const issuer: TokenIssuer = {
    issuer: origin,
    jwksUri: `${origin}/.well-known/jwks.json`,
    keys,
    status: 200,
    asked: () => asked,
    stop: async () => {
      setDefaultCACertificates(trusted);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
};
