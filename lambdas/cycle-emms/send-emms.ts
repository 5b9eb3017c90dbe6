import type { DueEmm, EmmMessage, EmmPace, NotedEmms, SmsCarousel } from '#shared/adapters/carousel/emm-messages.ts';
import type { CarouselPlan } from '#shared/adapters/carousel/plan-carousels.ts';
import { SmsSettings, windowsOfClasses } from '#shared/contracts/carousels.ts';
import { onAirUntil } from '#shared/domain/carousel/on-air-window.ts';
import { countryOf } from '#shared/domain/phone-number.ts';
import { portHeader } from '#shared/domain/text/port-header.ts';
import { segmentBinary } from '#shared/domain/text/segment.ts';

export interface SenderWorld {
  now(): Date;
  newId(): string;
  readCarousels(): Promise<{ readonly has_open: boolean; readonly carousels: readonly SmsCarousel[] }>;
  readDue(carousel: SmsCarousel, pace: EmmPace): Promise<readonly DueEmm[]>;
  /** Null: another run was faster. */
  accept(carousel: SmsCarousel, messages: readonly EmmMessage[]): Promise<NotedEmms | null>;
  /** @returns how many there were: as long as it is `limit`, there are more. */
  settle(limit: number): Promise<number>;
  store(plans: readonly CarouselPlan[]): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Sent {
  readonly accepted: number;
  readonly refused: number;
}

/** One statement has so many; each has its parts, its hold and its history. */
const batchSize = 50;
const settledAtOnce = 500;
/** A moment ahead, so that dispatch-due finds it due, not stranded. */
const leadMs = 10_000;
/** No message is begun that has less than this to arrive. */
const leastMs = 120_000;
const minuteMs = 60_000;
/** data_coding 4 of SMPP 3.4, 5.2.19: octets, unspecified. */
const octetsUnspecified = 0x04;

/** Valid until the next repetition is due, and neither beyond the EMM nor beyond the window in which it is on air. */
const toMessage = (
  { client_id, classes }: SmsCarousel,
  { port, spacing_minutes }: SmsSettings,
  { emm_id, repetition, section, expires_at, recipient, is_test, at }: DueEmm,
  id: string,
): EmmMessage => {
  const sendAt = at.getTime() + leadMs;
  const windowEnd = onAirUntil(windowsOfClasses(classes).unique, at.getTime());
  const until = Math.min(expires_at.getTime(), sendAt + spacing_minutes * minuteMs, windowEnd);
  const data = Buffer.from(section, 'base64');
  const udh = portHeader(port);
  const cut = segmentBinary({ data, udh, reference: 0 });
  if (cut.outcome === 'refused') throw new Error(`An EMM is no short message: ${cut.reason}`);
  return {
    emm_id,
    repetition,
    id,
    client_id,
    recipient,
    country: countryOf(recipient) ?? null,
    sender: null,
    body: data.toString('hex'),
    encoding: 'binary',
    locking_shift: null,
    single_shift: null,
    parts: cut.parts.length,
    data_coding: octetsUnspecified,
    protocol_id: 0,
    udh_hex: udh.toString('hex'),
    priority: 'normal',
    send_at: new Date(sendAt).toISOString(),
    validity_seconds: Math.floor((until - sendAt) / 1000),
    callback_url: null,
    reference: `emm-${emm_id}`,
    metadata: null,
    is_test,
    correlation_id: `emm-${emm_id}`,
  };
};

/** As often as another run may be faster, before the rest is left to the next one. */
const mostLooks = 3;

const nothing: Sent = { accepted: 0, refused: 0 };
const sum = (one: Sent, other: Sent): Sent => ({
  accepted: one.accepted + other.accepted,
  refused: one.refused + other.refused,
});

/** Until another run is faster with one of them, or nothing more is taken: its client is suspended, or it was paused. */
const sendDue = async (
  world: SenderWorld,
  carousel: SmsCarousel,
  messages: readonly EmmMessage[],
): Promise<Sent & { readonly isOvertaken: boolean }> => {
  let sent = nothing;
  for (let at = 0; at < messages.length && !world.isLate(); at += batchSize) {
    const noted = await world.accept(carousel, messages.slice(at, at + batchSize));
    if (!noted) return { ...sent, isOvertaken: true };
    if (noted.length === 0) break;
    const accepted = noted.filter((refusal) => refusal === null).length;
    sent = sum(sent, { accepted, refused: noted.length - accepted });
  }
  return { ...sent, isOvertaken: false };
};

const sendOne = async (world: SenderWorld, carousel: SmsCarousel): Promise<Sent> => {
  const settings = SmsSettings.parse(carousel.settings);
  const now = world.now().getTime();
  if (carousel.is_paused || onAirUntil(windowsOfClasses(carousel.classes).unique, now) - now < leastMs) return nothing;
  let sent = nothing;
  for (let look = 0; look < mostLooks && !world.isLate(); look += 1) {
    const due = await world.readDue(carousel, settings);
    const pass = await sendDue(
      world,
      carousel,
      due.map((emm) => toMessage(carousel, settings, emm, world.newId())),
    );
    sent = sum(sent, pass);
    if (!pass.isOvertaken) break;
  }
  return sent;
};

const planOf = ({ id, addressed }: SmsCarousel): CarouselPlan => ({
  id,
  on_air_seconds: null,
  cycle_seconds: null,
  emms: { unique: addressed, shared: 0, global: 0 },
});

/**
 * Sends to the owners of cards, as short messages, what their carousels owe them by now; before that it looks what has
 * come of those that were sent earlier. A carousel that fails keeps no other from sending.
 *
 * @throws AggregateError when some have failed.
 */
export const sendEmms = async (world: SenderWorld): Promise<Sent> => {
  const { has_open, carousels } = await world.readCarousels();
  for (let more = has_open; more && !world.isLate(); ) more = (await world.settle(settledAtOnce)) === settledAtOnce;
  const faults: unknown[] = [];
  let sent = nothing;
  for (const carousel of carousels)
    try {
      sent = sum(sent, await sendOne(world, carousel));
    } catch (error) {
      faults.push(error);
    }
  await world.store(carousels.map(planOf));
  if (faults.length > 0) throw new AggregateError(faults, 'Some carousels could not send their EMMs');
  return sent;
};
