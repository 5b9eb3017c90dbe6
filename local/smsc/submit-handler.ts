import type { Pdu } from 'smpp';
import { type BehaviourState, fateOf } from './behaviour.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { deliveryReceipt } from './delivery-receipt.ts';
import { answer, type EsmeSession } from './esme-session.ts';
import type { Records, SubmitRecord } from './received-messages.ts';
import { createJudge, refusal, type Submitted } from './submit-verdict.ts';
import type { Timers } from './timers.ts';
import { decodeText, type PartNumber, partNumberOf, splitHeader } from './user-data-text.ts';

const hasHeader = 0x40;
const status = { invalidLength: 0x01 } as const;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const octets = (value: unknown): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

const sarPart = (pdu: Pdu): PartNumber | null => {
  const total = number(pdu.sar_total_segments);
  if (total === 0) return null;
  const reference = number(pdu.sar_msg_ref_num);
  return { reference, reference_bits: 16, total, number: number(pdu.sar_segment_seqnum) };
};

const readSubmit = (pdu: Pdu, session: number): Submitted => {
  const short = octets(pdu.short_message);
  const content = short.length > 0 ? short : octets(pdu.message_payload);
  const esm_class = number(pdu.esm_class);
  const data_coding = number(pdu.data_coding);
  const { udh, data } = splitHeader(content, (esm_class & hasHeader) !== 0);
  return {
    time: new Date().toISOString(),
    session,
    command: pdu.command,
    sequence_number: pdu.sequence_number,
    service_type: text(pdu.service_type),
    source_addr_ton: number(pdu.source_addr_ton),
    source_addr_npi: number(pdu.source_addr_npi),
    source: text(pdu.source_addr),
    dest_addr_ton: number(pdu.dest_addr_ton),
    dest_addr_npi: number(pdu.dest_addr_npi),
    destination: text(pdu.destination_addr),
    esm_class,
    protocol_id: number(pdu.protocol_id),
    priority_flag: number(pdu.priority_flag),
    schedule_delivery_time: text(pdu.schedule_delivery_time),
    validity_period: text(pdu.validity_period),
    registered_delivery: number(pdu.registered_delivery),
    data_coding,
    udh_hex: udh.toString('hex'),
    data_hex: data.toString('hex'),
    part: partNumberOf(udh) ?? sarPart(pdu),
    text: decodeText(data_coding, data),
  };
};

/** registered_delivery bits 1-0 (SMPP 3.4, 5.2.17): 1 always, 2 when it failed. */
const wantsReceipt = (registered: number, state: 'DELIVRD' | 'UNDELIV'): boolean =>
  (registered & 3) === 1 || ((registered & 3) === 2 && state === 'UNDELIV');

const overtakenByMs = 100;
const longestWaitMs = 2_000;

interface SubmitHandling {
  readonly behaviour: BehaviourState;
  readonly records: Records;
  readonly deliveries: Pick<DeliveryQueue, 'enqueue'>;
  /** Told of what is delivered: all that was neither refused nor is UNDELIV. */
  readonly taken: (record: SubmitRecord) => void;
  readonly timers: Timers;
  readonly log: (line: string) => void;
}

/** Responds at once and sends the receipt later; or, when it is to overtake, the other way round. */
const followUp = (
  { behaviour, deliveries, timers }: SubmitHandling,
  record: SubmitRecord,
  respond: () => void,
): void => {
  const { responseDelayMs, receiptDelayMs, receiptTlvs } = behaviour.get();
  const { receipt, isReceiptFirst } = fateOf(record.destination);
  const isWanted = record.command_status === 0 && receipt && wantsReceipt(record.registered_delivery, receipt);
  const sendReceipt = (sent?: () => void): void => {
    if (isWanted) deliveries.enqueue(deliveryReceipt(record, receipt, { tlvs: receiptTlvs, now: new Date() }), sent);
  };
  if (!isWanted || !isReceiptFirst) {
    timers.after(responseDelayMs, respond);
    if (isWanted) timers.after(responseDelayMs + receiptDelayMs, sendReceipt);
    return;
  }
  let isAnswered = false;
  const respondOnce = (): void => {
    if (!isAnswered) respond();
    isAnswered = true;
  };
  // When nobody takes receipts, the response must not wait for one for ever.
  timers.after(longestWaitMs, respondOnce);
  sendReceipt(() => timers.after(Math.max(overtakenByMs, responseDelayMs), respondOnce));
};

/** Decides each submit by its destination and by the behaviour, answers it, and sends its receipt. */
export const createSubmitHandler = (handling: SubmitHandling): ((esme: EsmeSession, pdu: Pdu) => void) => {
  const { behaviour, records, log } = handling;
  const judge = createJudge(() => behaviour.get().throttlePerSecond);
  return (esme, pdu) => {
    const submitted = readSubmit(pdu, esme.id);
    const isWhole = pdu.command !== 'submit_sm' || pdu.short_message !== undefined;
    const record: SubmitRecord = { ...submitted, ...(isWhole ? judge(submitted) : refusal(status.invalidLength)) };
    records.add(record);
    const { command_status, message_id, destination } = record;
    const outcome = `0x${command_status.toString(16)} ${message_id ?? ''}`;
    log(`session ${esme.id} ${pdu.command} to …${destination.slice(-4)} ${outcome}`);
    const isLost = command_status === 0 && behaviour.take('loseResponses');
    const response = pdu.response(command_status === 0 ? { message_id } : { command_status });
    if (command_status === 0 && fateOf(destination).receipt !== 'UNDELIV') handling.taken(record);
    followUp(handling, record, () => (isLost ? undefined : answer({ behaviour: behaviour.get }, esme, response)));
  };
};
