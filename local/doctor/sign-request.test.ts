import { expect, test } from 'vitest';
import { signRequest } from './sign-request.ts';

/** From AWS's own test suite of Signature Version 4: get-vanilla, post-x-www-form-urlencoded. */
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { service: 'service', region: 'us-east-1', at: new Date('2015-08-30T12:36:00Z') };
const url = new URL('https://example.amazonaws.com/');

const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`;

test('a GET is signed as AWS signs it', () => {
  const signed = signRequest({ method: 'GET', url, headers: {}, body: '' }, scope, key);
  expect(signed.authorization).toBe(
    authorization('host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
  );
});

test('a form is signed as AWS signs it', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const signed = signRequest({ method: 'POST', url, headers, body: 'Param1=value1' }, scope, key);
  expect(signed.authorization).toBe(
    authorization('content-type;host;x-amz-date', 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'),
  );
});

test('a session’s token is sent and signed', () => {
  const signed = signRequest({ method: 'GET', url, headers: {}, body: '' }, scope, { ...key, sessionToken: 'T' });
  expect(signed['x-amz-security-token']).toBe('T');
  expect(signed.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
});
