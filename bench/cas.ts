import { createCipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import type { EmmToSeal } from '#shared/contracts/emm-encryption.ts';
import { encodeCommands } from '#shared/domain/emm/commands.ts';
import { sealEnvelope } from '#shared/domain/emm/envelope.ts';
import { usualFormats } from '#shared/domain/emm/section.ts';
import { encryptEmm } from '../lambdas/encrypt-emm/encrypt-emm.ts';
import { startTestKeys, type TestKeys, testCard, testCaSystemId } from '../test/support/cas.ts';
import { median } from './median.ts';
import { percentile } from './percentile.ts';
import { cpuSeconds } from './smpp/cpu-seconds.ts';

const turns = 9;
const perTurn = 50_000;
const batchSize = 100;
const tenant = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';

/** The whole of a card's rights with six packages: 74 octets, an EMM of 130. */
const commands = encodeCommands([
  { command: 'entitlement_reset' },
  ...Array.from({ length: 6 }, (_, i) => ({
    command: 'entitlement_add' as const,
    product: i,
    from: 1_800_000_000,
    until: 1_900_000_000,
  })),
]);

const context = { ca_system_id: testCaSystemId, table_id: 0x84, address: Buffer.alloc(8, 7) };
/** As long as what the envelope's tag covers beside the commands. */
const associated = Buffer.alloc(29, 7);
const head = Buffer.alloc(17, 7);

/** What anybody would write: a fresh nonce, and one buffer that can be sent. */
const plainCipher = (key: KeyObject): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated);
  const ciphertext = cipher.update(commands);
  return Buffer.concat([head, nonce, ciphertext, cipher.final(), cipher.getAuthTag()]);
};

/** Per second of processor time: others may be at work on the same cores. */
const perSecond = (work: (i: number) => unknown, count = perTurn): number => {
  const before = cpuSeconds();
  for (let i = 0; i < count; i += 1) work(i);
  return count / (cpuSeconds() - before);
};

const compareCiphers = (): void => {
  const octets = randomBytes(32);
  const key = createSecretKey(octets);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    const a = perSecond((i) =>
      sealEnvelope(commands, { suite: 'epoch', epoch: 1, id: BigInt(i), expiry: 9 }, context, octets),
    );
    const b = perSecond(() => plainCipher(key));
    // The first turn is for the compiler.
    if (turn > 0) [ours[turn - 1], plain[turn - 1]] = [a, b];
  }
  console.log(`envelope, a key of its own for each EMM   ${Math.round(median(ours))}/s`);
  console.log(`createCipheriv with a ready KeyObject     ${Math.round(median(plain))}/s`);
  console.log(
    `ratio, median of ${turns} (goal 0.6)            ${median(ours.map((rate, i) => rate / (plain[i] ?? 1))).toFixed(2)}`,
  );
};

const emmsOf = (epoch: number, wrapped_key: string, count: number, isKept: boolean): EmmToSeal[] =>
  Array.from({ length: count }, (_, i) => ({
    number: `${i}`,
    class: 'unique' as const,
    device: testCard,
    toggle: 0 as const,
    expiry: 1_900_000_000,
    key: { suite: 'epoch' as const, epoch, wrapped_key },
    content: { kind: 'commands' as const, hex: commands.toString('hex') },
    is_kept: isKept,
  }));

interface Run {
  readonly title: string;
  readonly size: number;
  readonly count: number;
  readonly isKept: boolean;
}

/** One instance of encrypt-emm, asked again and again; in the middle the epoch changes. */
const runInstance = async (kms: TestKeys, firstEpoch: number, { title, size, count, isKept }: Run): Promise<void> => {
  const epochs = [firstEpoch, firstEpoch + 1];
  const questions = await Promise.all(
    epochs.map(async (epoch) => {
      const emms = emmsOf(epoch, await kms.keys.makeEpochKey({ tenant, epoch }), size, isKept);
      return { operation: 'seal', tenant, ca_system_id: testCaSystemId, sections: usualFormats, emms } as const;
    }),
  );
  const taken: number[] = [];
  const asked = Math.ceil(count / size);
  const before = kms.calls();
  const startedAt = performance.now();
  for (let i = 0; i < asked; i += 1) {
    const question = questions[i < asked / 2 ? 0 : 1];
    const from = performance.now();
    if (question) await encryptEmm(kms.keys, question);
    taken.push(performance.now() - from);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round((asked * size) / seconds);
  const [p50, p99] = [percentile(taken, 50), percentile(taken, 99)].map((ms) => ms.toFixed(2));
  const most = Math.max(...taken).toFixed(1);
  console.log(
    `${title.padEnd(42)}${`${rate}/s`.padStart(9)}   p50 ${p50} ms, p99 ${p99} ms, longest ${most} ms   KMS calls ${kms.calls() - before} for ${asked * size}`,
  );
};

/** Encryption beside the plainest thing that could be done, and one instance of encrypt-emm: `npm run bench -- cas`. */
export const benchCas = async ([count = '100000']: readonly string[]): Promise<void> => {
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model}), Node ${process.versions.node}, ${commands.length} octets of commands\n`,
  );
  compareCiphers();
  const kms = await startTestKeys();
  try {
    console.log('\none instance of encrypt-emm, the epoch changing in the middle (required: 100/s)');
    const total = Number(count);
    await runInstance(kms, 1, { title: `questions of ${batchSize}`, size: batchSize, count: total, isKept: false });
    await runInstance(kms, 3, {
      title: `questions of ${batchSize}, commands kept`,
      size: batchSize,
      count: total,
      isKept: true,
    });
    await runInstance(kms, 5, { title: 'questions of one, commands kept', size: 1, count: total / 10, isKept: true });
  } finally {
    await kms.stop();
  }
};
