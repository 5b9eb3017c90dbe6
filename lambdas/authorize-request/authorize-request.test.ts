import { expect, test } from 'vitest';
import { type Authorization, refused } from './authorization.ts';
import { createAuthorizer } from './authorize-request.ts';

const allowed = (keyId: string): Authorization => ({
  outcome: 'allowed',
  caller: {
    client_id: 'c',
    key_id: keyId,
    scopes: '',
    is_test: 'false',
    rate_per_second: '1',
    burst: '1',
    national_languages: '',
  },
});
const byKey = async (apiKey: string | undefined) => (apiKey === undefined ? refused('missing') : allowed(apiKey));
const byToken = async (token: string) => allowed(`jwt:${token}`);
const authorize = createAuthorizer({ byKey, byToken });

test.each([
  [undefined, undefined, refused('missing')],
  ['k', undefined, allowed('k')],
  [undefined, 'Bearer a.b-_.c', allowed('jwt:a.b-_.c')],
  [undefined, 'bearer  t', allowed('jwt:t')],
  [undefined, 'Basic dTpw', refused('malformed')],
  [undefined, 'Bearer', refused('malformed')],
  [undefined, 'Bearer a b', refused('malformed')],
  [undefined, '', refused('malformed')],
  ['k', 'Bearer t', refused('ambiguous')],
  ['', 'Bearer t', refused('ambiguous')],
  ['k', 'Basic dTpw', refused('ambiguous')],
])('X-API-Key %j and Authorization %j are told apart', async (apiKey, authorization, expected) => {
  expect(await authorize({ apiKey, authorization })).toEqual(expected);
});

test('a token is refused where the stage has no issuer', async () => {
  const keysAlone = createAuthorizer({ byKey, byToken: null });
  expect(await keysAlone({ apiKey: undefined, authorization: 'Bearer t' })).toEqual(refused('no-issuer'));
});
