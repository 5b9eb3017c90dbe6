import type { PlannedPush, PushView } from '#shared/contracts/pushes.ts';
import { demoCards, demoTar } from '../sim/demo-cards.ts';
import { awaitCallback, call, type JourneyOptions, pause } from './journey.ts';

/** SELECT of the master file and of EF ICCID, READ BINARY of its ten octets (ETSI TS 102 221, 11.1 and 13.2). */
const apdus = ['00a40004023f00', '00a40004022fe2', '00b000000a'];

const finalStates: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'EXPIRED', 'CANCELLED', 'UNKNOWN']);

/** Digits as a card's file has them: swapped, filled up with F. */
const unswapped = (hex: string): string => hex.replace(/(.)(.)/g, '$2$1').replace(/f+$/, '');

/** Follows a push until it has come to its end and is paid for, telling each new entry of its trace once. */
const follow = async (options: JourneyOptions, id: string, until: number): Promise<PushView> => {
  for (let told = 0; performance.now() < until; await pause(100)) {
    const { answer: push } = await call<PushView>(options, 'GET', `/v1/pushes/${id}`);
    for (const { source, what } of push.trace.slice(told)) options.say(`  ${source}: ${what}`);
    told = push.trace.length;
    // The card may answer before the network's receipt has come.
    if (finalStates.has(push.status) && push.captured_cents !== null) return push;
  }
  throw new Error(`The push ${id} had not come to its end within ${options.timeoutMs / 1000} s`);
};

/**
 * Asks a demo card for its ICCID and tells each step until the card has proved its answer.
 *
 * @throws Error when it has not, or when it is another ICCID.
 */
export const runPushJourney = async (options: JourneyOptions): Promise<void> => {
  const { say } = options;
  const until = performance.now() + options.timeoutMs;
  const [card] = demoCards;
  if (!card) throw new Error('There is no demo card');
  const body = { iccid: card.iccid, tar: demoTar, apdus, reference: 'first-push' };
  const dry = await call<PlannedPush>(options, 'POST', '/v1/pushes', { ...body, dry_run: true });
  const { packet, parts, security } = dry.answer;
  say(`dry run: ${packet.octets} octets in ${parts} part, ${security.kic_algorithm} and ${security.kid_algorithm}`);
  const { status, answer: accepted } = await call<{ id: string }>(options, 'POST', '/v1/pushes', body);
  say(`POST /v1/pushes: ${status}, push ${accepted.id} to card ${card.iccid}`);
  const push = await follow(options, accepted.id, until);
  const { response } = push;
  if (push.status !== 'SUCCEEDED' || !response?.authenticated)
    throw new Error(`The push ended as ${push.status}: ${push.error ?? 'the answer is not authenticated'}`);
  const [result] = response.results;
  if (unswapped(result?.data_hex ?? '') !== card.iccid) throw new Error(`The card answered ${response.data_hex}`);
  say(`  it is the card: its file 2FE2 has ICCID ${card.iccid}`);
  const callback = await awaitCallback(options, accepted.id, until, 'push.');
  say(`  callback ${(JSON.parse(callback.body ?? '{}') as { type: string }).type}, signature ${callback.verdict}`);
  if (callback.verdict !== 'valid') throw new Error(`The callback's signature is ${callback.verdict}`);
};
