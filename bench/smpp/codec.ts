import smpp from 'smpp';
import { parseReceipt } from '../../shared/domain/receipts/parse-receipt.ts';
import { decodePdu } from '../../smpp-bridge/src/pdu/decode.ts';
import { encodePdu, encodePduInto } from '../../smpp-bridge/src/pdu/encode.ts';
import { median } from '../median.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { receiptFields, submitFields, submitFrame } from './messages.ts';

const rounds = 5;

/** Calls in a second of processor time, over about a fifth of one. */
const perCpuSecond = (call: () => void): number => {
  const startedAt = cpuSeconds();
  let calls = 0;
  let used = 0;
  for (; used < 0.2; used = cpuSeconds() - startedAt) {
    for (let n = 0; n < 1_000; n++) call();
    calls += 1_000;
  }
  return calls / used;
};

const target = Buffer.alloc(1_024);
const submit = { command: 'submit_sm', commandStatus: 0, sequenceNumber: 1, body: submitFields } as const;
const receiptFrame = encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 1, body: receiptFields });

const packageFields = { ...submitFields, sequence_number: 1 };

const decodeAndReadReceipt = (): void => {
  const { body } = decodePdu(receiptFrame) as Extract<ReturnType<typeof decodePdu>, { command: 'deliver_sm' }>;
  parseReceipt({
    esmClass: body.esm_class,
    shortMessage: body.short_message,
    receiptedMessageId: body.tlvs.receipted_message_id,
    messageState: body.tlvs.message_state,
    dataCoding: body.data_coding,
  });
};

interface Contest {
  readonly name: string;
  readonly ours: () => void;
  readonly theirs: () => void;
}

const contests: readonly Contest[] = [
  {
    name: 'encode submit_sm',
    ours: () => void encodePduInto(target, 0, submit),
    theirs: () => void new smpp.PDU('submit_sm', packageFields).toBuffer(),
  },
  {
    name: 'decode submit_sm',
    ours: () => void decodePdu(submitFrame),
    theirs: () => void new smpp.PDU(submitFrame),
  },
  {
    name: 'decode a receipt',
    ours: () => void decodePdu(receiptFrame),
    theirs: () => void new smpp.PDU(receiptFrame),
  },
  {
    name: '... and read its text (ours only)',
    ours: decodeAndReadReceipt,
    theirs: () => void new smpp.PDU(receiptFrame),
  },
];

/** Our codec beside that of the `smpp` package, turn by turn: the first turn of each warms up and is left out. */
export const benchCodec = (): void => {
  console.log('\ncodec, PDUs per second of processor time');
  for (const { name, ours, theirs } of contests) {
    const turns = Array.from({ length: rounds + 1 }, () => [perCpuSecond(ours), perCpuSecond(theirs)] as const).slice(
      1,
    );
    const [own, other] = [median(turns.map(([first]) => first)), median(turns.map(([, second]) => second))];
    console.log(
      `${name.padEnd(34)} ${(own / 1e6).toFixed(2)}M, smpp ${(other / 1e3).toFixed(0)}k: ${(own / other).toFixed(1)} times`,
    );
  }
};
