import { expect, test } from 'vitest';
import { tokenIssuerOf } from './environment.ts';

const all = { JWT_ISSUER: 'https://a.example', JWT_AUDIENCE: 'signalbox', JWT_JWKS_URI: 'https://a.example/jwks' };

test('a stage has an issuer of tokens or none, never half of one', () => {
  expect(tokenIssuerOf({})).toBeNull();
  expect(tokenIssuerOf(all)).toEqual({
    issuer: 'https://a.example',
    audience: 'signalbox',
    jwksUri: 'https://a.example/jwks',
  });
  for (const name of Object.keys(all)) expect(() => tokenIssuerOf({ ...all, [name]: undefined })).toThrow('missing');
});
