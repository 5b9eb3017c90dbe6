import type { Timeline, TimelineRow } from '#shared/adapters/read-timeline.ts';
import type { MessageTimeline, TimelineEntry } from '#shared/contracts/message-timeline.ts';

type Source = TimelineEntry['source'];

const plural = (count: unknown, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
const because = (error: unknown): string => (typeof error === 'string' ? `: ${error}` : '');
const at = (time: unknown): string => (typeof time === 'string' ? new Date(time).toISOString() : 'a later time');
const by = (provider: unknown): string => (typeof provider === 'string' ? provider : 'The SMSC');

const accepted = ({ type, detail }: TimelineRow): string =>
  type === 'SCHEDULED'
    ? `Accepted over HTTP, to go at ${at(detail.due_at)}: ${plural(detail.parts, 'part')}.`
    : `Accepted over HTTP, to go at once: ${plural(detail.parts, 'part')}.`;

/** What became of the message as a whole, by the state it came to. */
const events: Readonly<Record<string, (row: TimelineRow) => string>> = {
  SENDING: ({ attempt }) => `The bridge claimed it for attempt ${attempt}.`,
  QUEUED: ({ attempt, detail }) =>
    typeof detail.reason === 'string'
      ? `Nobody took attempt ${attempt} yet: ${detail.reason}. It waits.`
      : `The bridge gave attempt ${attempt} back before anything was sent.`,
  SENT: () => 'Every part that can be is with the SMSC.',
  DELIVERED: () => 'Every part is delivered.',
  FAILED_TEMP: ({ attempt, detail }) =>
    `It could not be sent for now${because(detail.error)}. Attempt ${attempt} is due at ${at(detail.next_attempt_at)}.`,
  FAILED_PERM: ({ detail }) => `It has failed for good${because(detail.error)}.`,
  CANCELLED: () => 'The client cancelled it.',
  EXPIRED: ({ detail }) => `Its time is over${because(detail.error)}.`,
  UNKNOWN: ({ detail }) =>
    detail.next_attempt_at === undefined
      ? 'The SMSC never said whether it took it.'
      : `The SMSC did not say whether it took it. It is sent once more at ${at(detail.next_attempt_at)}.`,
};

/** What the SMSC said of a part when it was submitted, by the outcome's name. */
const parts: Readonly<Record<string, (row: TimelineRow) => string>> = {
  SUBMITTED: ({ part, detail }) =>
    typeof detail.smsc_message_id === 'string'
      ? `${by(detail.provider)} took part ${part} as ${detail.smsc_message_id}.`
      : `${by(detail.provider)} took part ${part} and gave it no id.`,
  REFUSED: ({ part, detail }) => `${by(detail.provider)} refused part ${part}${because(detail.error)}.`,
  UNKNOWN: ({ part, detail }) => `What became of part ${part} is not known${because(detail.error)}.`,
  NOTSENT: ({ part }) => `Part ${part} was not sent.`,
};

const ledger: Readonly<Record<string, (row: TimelineRow) => string>> = {
  HOLD: ({ detail }) => `${plural(detail.amount_cents, 'cent')} held.`,
  CAPTURE: ({ part, detail }) => `${plural(detail.amount_cents, 'cent')} captured for part ${part}.`,
  RELEASE: ({ part, detail }) => `${plural(detail.amount_cents, 'cent')} released for part ${part}.`,
};

/** An attempt that failed leaves its last answer behind and its number counted on. */
const callback = ({ type, detail }: TimelineRow): string => {
  const tried = Number(detail.attempt) - 1;
  if (detail.state !== 'PENDING' || tried < 1) return `A callback ${type} was written.`;
  const said = typeof detail.last_status === 'number' ? `: ${detail.last_status}` : because(detail.last_error);
  return `A callback ${type} was written. It failed ${plural(tried, 'time')}${said}. Next at ${at(detail.next_attempt_at)}.`;
};

const calledBack = ({ type, attempt, detail }: TimelineRow): string =>
  detail.state === 'DELIVERED'
    ? `The client answered ${type} with ${String(detail.status)} at attempt ${attempt}.`
    : `The callback ${type} was given up after attempt ${attempt}${because(detail.error)}.`;

const receipt = ({ part, detail }: TimelineRow): string =>
  `A receipt said ${String(detail.state)} of part ${part}${because(detail.error_code)}.`;

const from =
  (table: Readonly<Record<string, (row: TimelineRow) => string>>) =>
  (row: TimelineRow): string =>
    table[row.type]?.(row) ?? `${row.type}.`;

const stories: Readonly<Record<TimelineRow['origin'], readonly [Source, (row: TimelineRow) => string]>> = {
  accepted: ['api', accepted],
  event: ['queue', from(events)],
  part: ['smpp', from(parts)],
  receipt: ['receipt', receipt],
  ledger: ['ledger', from(ledger)],
  callback: ['callback', callback],
  'called-back': ['callback', calledBack],
};

const tell = (row: TimelineRow): TimelineEntry => {
  const [source, say] = stories[row.origin];
  const { part, attempt } = row;
  return {
    at: row.at.toISOString(),
    source: row.type === 'CANCELLED' ? 'api' : source,
    what: say(row),
    detail: { ...(part === null ? {} : { part }), ...(attempt === null ? {} : { attempt }), ...row.detail },
  };
};

/** What the tables have of a message, as a story: a sentence for each thing that happened, with its particulars. */
export const tellTimeline = (id: string, { status, rows, isCut }: Timeline): MessageTimeline => ({
  id,
  status,
  entries: rows.map(tell),
  is_cut: isCut,
});
