import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { HsmFaultName } from '../../../local/hsm/hsm-faults.ts';
import { type MockHsm, startHsm } from '../../../local/hsm/start-hsm.ts';
import { describeHsmConformance, type GivenKeyset } from '../../../test/support/hsm-conformance.ts';
import { makeTestCertificate } from '../../../test/support/test-certificate.ts';
import type { BuildRequest, PacketHsm } from './hsm-backend.ts';
import type { HsmFault } from './hsm-fault.ts';
import { createHttpXmlHsm } from './http-xml-hsm.ts';
import type { HttpHsmSecret } from './post-document.ts';

const connect = (secret: HttpHsmSecret, deadlineMs = 5_000): PacketHsm =>
  createHttpXmlHsm({ secret: async () => JSON.stringify(secret), deadlineMs, maxSockets: 4 });

const labels = ({ iccid, version }: GivenKeyset) => ({
  kic: `${iccid}/${version}/kic`,
  kid: `${iccid}/${version}/kid`,
});

describeHsmConformance('http-xml, against the mock HSM with packets of its own', async (keysets) => {
  const mock = await startHsm();
  for (const given of keysets) {
    const { kic, kid } = labels(given);
    if (given.kic) mock.addKey(kic, given.kic);
    if (given.kid) mock.addKey(kid, given.kid);
  }
  const hsm = connect(mock.secret);
  return {
    hsm,
    keysetOf: async (given) => {
      const { iccid, version } = given;
      return { iccid, version, location: { kind: 'hsm', ...labels(given) } };
    },
    stop: async () => {
      await hsm.close();
      await mock.stop();
    },
  };
});

let mock: MockHsm;
let hsm: PacketHsm;
let counter = 0n;

beforeAll(async () => {
  mock = await startHsm();
  mock.addKey('kic', Buffer.alloc(16, 1));
  mock.addKey('kid', Buffer.alloc(16, 2));
  hsm = connect(mock.secret);
});
afterAll(async () => {
  await hsm.close();
  await mock.stop();
});
beforeEach(() => {
  counter += 1n;
});

const request = (): BuildRequest => ({
  callId: `call-${counter}`,
  keyset: { iccid: '8949000000000000001', version: 1, location: { kind: 'hsm', kic: 'kic', kid: 'kid' } },
  spec: {
    spi: {
      integrity: 'cc',
      ciphered: true,
      counter: 'higher',
      por: 'always',
      porIntegrity: 'cc',
      porCiphered: true,
      porVia: 'submit',
    },
    kic: { version: 1, algorithm: 'aes-cbc' },
    kid: { version: 1, algorithm: 'aes-cmac' },
    quirks: standardQuirks,
    tar: Buffer.from('b00010', 'hex'),
    counter,
    data: Buffer.from('00a40004023f00', 'hex'),
  },
});

const faultOf = async (asked: Promise<unknown>): Promise<Pick<HsmFault, 'reason' | 'mayHaveUsedCounter'>> => {
  try {
    await asked;
  } catch (error) {
    const { reason, mayHaveUsedCounter } = error as HsmFault;
    return { reason, mayHaveUsedCounter };
  }
  throw new Error('It was answered without a fault');
};

const callsOf = () => mock.calls().filter(({ callId }) => callId === `call-${counter}`).length;

describe('a fault is told by whether the counter may have been used, and no call is made twice', () => {
  test.each<[HsmFaultName, HsmFault['reason'], boolean, number]>([
    ['busy', 'hsm.unavailable', false, 0],
    ['dead-before', 'hsm.connection_lost', true, 0],
    ['dead-after', 'hsm.connection_lost', true, 1],
    ['failing', 'hsm.garbage', true, 0],
    ['wrong-tar', 'hsm.garbage', true, 1],
    ['wrong-call', 'hsm.garbage', true, 1],
    ['garbage', 'hsm.garbage', true, 0],
    ['empty', 'hsm.garbage', true, 0],
    ['cut-off', 'hsm.garbage', true, 1],
    ['ten-megabytes', 'hsm.garbage', true, 0],
    ['depth-thousand', 'hsm.garbage', true, 0],
    ['billion-laughs', 'hsm.garbage', true, 0],
  ])('%s', async (fault, reason, mayHaveUsedCounter, calls) => {
    mock.failNext(fault);
    expect(await faultOf(hsm.build(request()))).toEqual({ reason, mayHaveUsedCounter });
    expect(callsOf()).toBe(calls);
    expect(await hsm.build({ ...request(), callId: `after-${counter}` })).toMatchObject({ outcome: 'built' });
  });

  test('silent', async () => {
    const hasty = connect(mock.secret, 300);
    mock.failNext('silent');
    expect(await faultOf(hasty.build(request()))).toEqual({ reason: 'hsm.timeout', mayHaveUsedCounter: true });
    await hasty.close();
  });
});

describe('what was never asked has used no counter', () => {
  const untouched = { reason: 'hsm.unreachable', mayHaveUsedCounter: false };

  const refusedWith = async (secret: Partial<HttpHsmSecret>) => {
    const stranger = connect({ ...mock.secret, ...secret }, 2_000);
    const fault = await faultOf(stranger.build(request()));
    await stranger.close();
    expect(callsOf()).toBe(0);
    return fault;
  };

  test('nobody listens', async () => {
    const gone = await startHsm();
    await gone.stop();
    expect(await refusedWith({ url: gone.secret.url })).toEqual(untouched);
  });

  test('the HSM shows a certificate of another authority', async () => {
    expect(await refusedWith({ ca: makeTestCertificate('localhost').cert })).toEqual(untouched);
  });

  test('the HSM is another host than its certificate says', async () => {
    expect(await refusedWith({ url: mock.secret.url.replace('localhost', '127.0.0.1') })).toEqual(untouched);
  });

  test('our own certificate is not one that the HSM knows', async () => {
    expect(await refusedWith(makeTestCertificate('signalbox'))).toMatchObject({
      reason: expect.stringMatching(/^hsm\./),
    });
  });

  test('the secret is not filled in, or has no HTTPS', async () => {
    expect(await refusedWith({ key: '' })).toEqual(untouched);
    expect(await refusedWith({ url: 'http://localhost:1/' })).toEqual(untouched);
  });
});

test('a call that is repeated under its id is worked on once, and another under the same id refused', async () => {
  const first = await hsm.build(request());
  expect(first).toMatchObject({ outcome: 'built' });
  expect(await hsm.build(request())).toEqual(first);
  expect(callsOf()).toBe(1);
  const other = { ...request(), spec: { ...request().spec, data: Buffer.from('00a40004027f20', 'hex') } };
  expect(await hsm.build(other)).toEqual({ outcome: 'refused', reason: 'request.refused' });
});

test('another secret means another connection, and calls under way keep theirs', async () => {
  const next = await startHsm();
  next.addKey('kic', Buffer.alloc(16, 1));
  next.addKey('kid', Buffer.alloc(16, 2));
  let secret = mock.secret;
  const changing = createHttpXmlHsm({ secret: async () => JSON.stringify(secret), deadlineMs: 5_000, maxSockets: 4 });
  mock.delayAnswers(100);
  const underWay = changing.build(request());
  secret = next.secret;
  expect(await changing.build({ ...request(), callId: 'on-the-next' })).toMatchObject({ outcome: 'built' });
  expect(await underWay).toMatchObject({ outcome: 'built' });
  mock.delayAnswers(0);
  expect(next.calls()).toHaveLength(1);
  await changing.close();
  await next.stop();
});

test('an HSM that is not there is down, with the reason', async () => {
  mock.failNext('busy');
  expect(await hsm.health()).toEqual({ state: 'down', reason: 'hsm.unavailable' });
});
