import { createThrottle, fateOf } from './behaviour.ts';
import type { SubmitRecord } from './received-messages.ts';

type Verdict = Pick<SubmitRecord, 'command_status' | 'message_id' | 'receipt_id'>;

/** A submit as it came, before anybody decided on it. */
export type Submitted = Omit<SubmitRecord, keyof Verdict>;

export const refusal = (command_status: number): Verdict => ({ command_status, message_id: null, receipt_id: null });

const throttled = 0x58;
const mostRemembered = 10_000;

/** Ids differ from those of an earlier run: what is parked by id elsewhere outlives the simulator. */
const createIds = (): (() => number) => {
  let last = Date.now() * 1_000;
  return () => ++last;
};

/** Says whether this message was throttled as often as it has to be; forgets it then. */
const createCountdown = (): ((key: string, times: number) => boolean) => {
  const refused = new Map<string, number>();
  return (key, times) => {
    const before = refused.get(key) ?? 0;
    refused.delete(key);
    if (before >= times) return true;
    const [oldest] = refused.keys();
    if (refused.size >= mostRemembered && oldest !== undefined) refused.delete(oldest);
    refused.set(key, before + 1);
    return false;
  };
};

/** Decides what is answered to each submit, by the throttle and by its destination. */
export const createJudge = (throttlePerSecond: () => number | null): ((submitted: Submitted) => Verdict) => {
  const mayPass = createThrottle();
  const wasThrottledEnough = createCountdown();
  const nextId = createIds();
  return ({ source, destination, udh_hex, data_hex }) => {
    if (!mayPass(throttlePerSecond(), performance.now())) return refusal(throttled);
    const { commandStatus, throttledTimes, isIdRewritten } = fateOf(destination);
    if (commandStatus !== 0) return refusal(commandStatus);
    const key = [source, destination, udh_hex, data_hex].join();
    if (throttledTimes > 0 && !wasThrottledEnough(key, throttledTimes)) return refusal(throttled);
    const id = nextId();
    const message_id = isIdRewritten ? id.toString(16).toUpperCase() : id.toString();
    return { command_status: 0, message_id, receipt_id: id.toString() };
  };
};
