import { createHmac, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  makeSigningKey,
  makeToken,
  signToken,
  startTokenIssuer,
  type TokenIssuer,
} from '../../test/support/token-issuer.ts';
import { connectTokens, type Tokens } from './tokens.ts';

const [known, stranger] = [makeSigningKey('known'), makeSigningKey('known')];
const audience = 'signalbox';
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

let issuer: TokenIssuer;
let now: number;
let verify: Tokens;
beforeAll(async () => {
  issuer = await startTokenIssuer(known);
});
afterAll(() => issuer.stop());
beforeEach(() => {
  issuer.keys = [known];
  issuer.status = 200;
  now = Date.now();
  verify = connectTokens({ issuer: issuer.issuer, audience, jwksUri: issuer.jwksUri }, () => now);
});

const claimsOf = (given: object = {}) => ({
  iss: issuer.issuer,
  aud: audience,
  exp: inSeconds(60),
  sub: 'somebody',
  ...given,
});
const header = { alg: 'RS256', kid: 'known' };
const rs256 = (input: Buffer) => sign('sha256', input, known.privateKey);
const publicPem = () => known.publicKey.export({ type: 'spki', format: 'pem' });

test('a token that the issuer signed for us is verified, and its claims are told', async () => {
  const claims = claimsOf();
  expect(await verify(signToken(known, claims))).toEqual({ outcome: 'verified', claims });
  const many = claimsOf({ aud: ['another', audience] });
  expect(await verify(signToken(known, many))).toMatchObject({ outcome: 'verified' });
});

test.each<readonly [string, () => string, string]>([
  ['alg none', () => makeToken({ alg: 'none', kid: 'known' }, claimsOf(), () => Buffer.alloc(0)), 'JwtParseError'],
  [
    'alg none with a signature',
    () => makeToken({ alg: 'none', kid: 'known' }, claimsOf(), rs256),
    'JwtInvalidSignatureAlgorithmError',
  ],
  [
    'HS256 with the public key as the secret',
    () =>
      makeToken({ alg: 'HS256', kid: 'known' }, claimsOf(), (input) =>
        createHmac('sha256', publicPem()).update(input).digest(),
      ),
    'JwtInvalidSignatureAlgorithmError',
  ],
  ['no alg', () => makeToken({ kid: 'known' }, claimsOf(), rs256), 'JwtInvalidSignatureAlgorithmError'],
  ['no kid', () => makeToken({ alg: 'RS256' }, claimsOf(), rs256), 'JwtWithoutValidKidError'],
  [
    'a key of its own in its header',
    () =>
      makeToken({ ...header, jwk: stranger.publicKey.export({ format: 'jwk' }) }, claimsOf(), (input) =>
        sign('sha256', input, stranger.privateKey),
      ),
    'JwtInvalidSignatureError',
  ],
  ['another key under the same kid', () => signToken(stranger, claimsOf()), 'JwtInvalidSignatureError'],
  ['a wrong issuer', () => signToken(known, claimsOf({ iss: 'https://example.com' })), 'JwtInvalidIssuerError'],
  ['no issuer', () => signToken(known, claimsOf({ iss: undefined })), 'JwtInvalidIssuerError'],
  ['a wrong audience', () => signToken(known, claimsOf({ aud: 'another' })), 'JwtInvalidAudienceError'],
  ['no audience', () => signToken(known, claimsOf({ aud: undefined })), 'JwtInvalidAudienceError'],
  ['a time that is over', () => signToken(known, claimsOf({ exp: inSeconds(-1) })), 'JwtExpiredError'],
  ['a time still to come', () => signToken(known, claimsOf({ nbf: inSeconds(60) })), 'JwtNotBeforeError'],
  ['a time that is no number', () => signToken(known, claimsOf({ exp: 'never' })), 'JwtParseError'],
  [
    'claims that were changed',
    () => {
      const [head, , signature] = signToken(known, claimsOf()).split('.');
      const claims = Buffer.from(JSON.stringify(claimsOf({ sub: 'another' }))).toString('base64url');
      return [head, claims, signature].join('.');
    },
    'JwtInvalidSignatureError',
  ],
  ['claims that are no object', () => makeToken(header, ['x'], rs256), 'JwtParseError'],
  ['nothing of a token', () => 'hello', 'JwtParseError'],
  ['a fourth part', () => `${signToken(known, claimsOf())}.x`, 'JwtParseError'],
])('a token with %s is refused', async (_what, token, reason) => {
  expect(await verify(token())).toEqual({ outcome: 'refused', reason });
});

test('however many tokens of unknown keys come, the keys are fetched again once in ten seconds', async () => {
  await verify(signToken(known, claimsOf()));
  const before = issuer.asked();
  for (let n = 0; n < 20; n += 1)
    expect(await verify(signToken(makeSigningKeyLike(`unknown-${n}`), claimsOf()))).toMatchObject({
      outcome: 'refused',
    });
  expect(issuer.asked() - before).toBe(1);
  expect(await verify(signToken(known, claimsOf()))).toMatchObject({ outcome: 'verified' });
});

/** Making a pair takes long; what is told apart here is the kid. */
const makeSigningKeyLike = (kid: string) => ({ ...stranger, kid });

test('a key that the issuer added is found as soon as a token needs it', async () => {
  await verify(signToken(known, claimsOf()));
  const added = makeSigningKeyLike('added');
  issuer.keys = [known, added];
  expect(await verify(signToken(added, claimsOf()))).toMatchObject({ outcome: 'verified' });
});

test('a key that the issuer withdrew, or replaced under the same kid, is refused within five minutes', async () => {
  expect(await verify(signToken(known, claimsOf()))).toMatchObject({ outcome: 'verified' });
  issuer.keys = [stranger];
  now += 5 * 60_000;
  expect(await verify(signToken(known, claimsOf()))).toEqual({
    outcome: 'refused',
    reason: 'JwtInvalidSignatureError',
  });
  issuer.keys = [];
  now += 5 * 60_000;
  expect(await verify(signToken(known, claimsOf()))).toEqual({ outcome: 'refused', reason: 'KidNotFoundInJwksError' });
});

test('an issuer that does not answer is a fault, and is left alone for ten seconds', async () => {
  issuer.status = 503;
  const before = issuer.asked();
  for (let n = 0; n < 5; n += 1) await expect(verify(signToken(known, claimsOf()))).rejects.toThrow('503');
  expect(issuer.asked() - before).toBe(1);
  issuer.status = 200;
  now += 10_000;
  expect(await verify(signToken(known, claimsOf()))).toMatchObject({ outcome: 'verified' });
});

test('an issuer that goes away later is no reason to refuse its tokens', async () => {
  await verify(signToken(known, claimsOf()));
  issuer.status = 503;
  now += 5 * 60_000;
  expect(await verify(signToken(known, claimsOf()))).toMatchObject({ outcome: 'verified' });
});
