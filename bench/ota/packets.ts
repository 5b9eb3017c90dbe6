import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createSimCard } from '../../local/sim/sim-card.ts';
import { standardQuirks } from '../../shared/domain/ota/card-quirks.ts';
import { buildCommandPacket, type CommandSpec } from '../../shared/domain/ota/command-packet.ts';
import { openResponsePacket } from '../../shared/domain/ota/response-packet.ts';
import { decodeSpi } from '../../shared/domain/ota/security-parameters.ts';
import { createSoftwarePrimitives } from '../../shared/domain/ota/software-primitives.ts';
import { median } from '../median.ts';
import { cpuSeconds } from '../smpp/cpu-seconds.ts';

const rounds = 5;
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const tar = 'b00010';

/** Calls in a second of processor time, over about a fifth of one. */
const perCpuSecond = (call: () => void): number => {
  const startedAt = cpuSeconds();
  let calls = 0;
  let used = 0;
  for (; used < 0.2; used = cpuSeconds() - startedAt) {
    for (let n = 0; n < 500; n++) call();
    calls += 500;
  }
  return calls / used;
};

const families = {
  'AES-128': { kic: 'aes-cbc', kid: 'aes-cmac', cipher: 'aes-128-cbc', key, iv: Buffer.alloc(16) },
  '3DES-2': {
    kic: '3des-2-cbc',
    kid: '3des-2-cbc-mac',
    cipher: 'des-ede3-cbc',
    key: Buffer.concat([key, key.subarray(0, 8)]),
    iv: Buffer.alloc(8),
  },
} as const;
type Family = keyof typeof families;

const specOf = (family: Family, dataOctets: number): CommandSpec => ({
  spi: decodeSpi(Buffer.from('1639', 'hex')),
  kic: { version: 1, algorithm: families[family].kic },
  kid: { version: 1, algorithm: families[family].kid },
  quirks: standardQuirks,
  tar: Buffer.from(tar, 'hex'),
  counter: 1n,
  // READ BINARY, without a file selected: what the card answers is short.
  data: Buffer.concat([
    Buffer.from('00d60000', 'hex'),
    Buffer.from([dataOctets - 5]),
    Buffer.alloc(dataOctets - 5, 0x5a),
  ]),
});

/** The least that node:crypto has to do for one packet: one run over what is checked, one over what is ciphered. */
const alone = (
  family: Family,
  checked: Buffer,
  ciphered: Buffer,
  make: typeof createCipheriv | typeof createDecipheriv,
) => {
  const { cipher, key: own, iv } = families[family];
  return (): void => {
    createCipheriv(cipher, own, iv).setAutoPadding(false).update(checked);
    make(cipher, own, iv).setAutoPadding(false).update(ciphered);
  };
};

const wholeBlocks = (octets: number, family: Family): Buffer => {
  const block = families[family].iv.length;
  return Buffer.alloc(Math.ceil(octets / block) * block);
};

interface Contest {
  readonly name: string;
  readonly ours: () => void;
  readonly theirs: () => void;
}

const building = (family: Family, dataOctets: number): Contest => {
  const spec = specOf(family, dataOctets);
  const { length } = buildCommandPacket(spec, createSoftwarePrimitives({ kic: key, kid: key }));
  return {
    name: `build ${family}, ${dataOctets} octets`,
    // New primitives each time: packets one after the other are for different cards.
    ours: () => void buildCommandPacket(spec, createSoftwarePrimitives({ kic: key, kid: key })),
    theirs: alone(family, wholeBlocks(length - 8, family), Buffer.alloc(length - 10), createCipheriv),
  };
};

const opening = (family: Family): Contest => {
  const sim = createSimCard({
    iccid: '8949000000000001016',
    keys: { 1: { kic: key, kid: key } },
    tars: { [tar]: { leastSpi1: 0 } },
  });
  const spec = specOf(family, 16);
  const response = sim.receive(buildCommandPacket(spec, createSoftwarePrimitives({ kic: key, kid: key })));
  if (!response) throw new Error('The card did not answer.');
  return {
    name: `open ${family}, a proof of receipt`,
    ours: () => void openResponsePacket(response, spec, createSoftwarePrimitives({ kic: key, kid: key })),
    theirs: alone(
      family,
      wholeBlocks(response.length - 5, family),
      Buffer.alloc(response.length - 6),
      createDecipheriv,
    ),
  };
};

/** Packets built and opened beside node:crypto alone on as many octets, turn by turn; the first turn warms up. */
export const benchPackets = (): void => {
  console.log('\npackets per second of processor time');
  const names = Object.keys(families) as Family[];
  const contests = names.flatMap((family) => [
    building(family, 16),
    building(family, 98),
    building(family, 256),
    opening(family),
  ]);
  for (const { name, ours, theirs } of contests) {
    const turns = Array.from({ length: rounds + 1 }, () => [perCpuSecond(ours), perCpuSecond(theirs)] as const).slice(
      1,
    );
    const [own, other] = [median(turns.map(([first]) => first)), median(turns.map(([, second]) => second))];
    console.log(
      `${name.padEnd(34)} ${(own / 1e3).toFixed(1)}k, node:crypto alone ${(other / 1e3).toFixed(1)}k: ${(own / other).toFixed(2)}`,
    );
  }
};
