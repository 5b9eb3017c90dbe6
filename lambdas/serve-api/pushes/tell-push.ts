import type { StoredPushEvent, TracedPush } from '#shared/adapters/read-push.ts';
import type { PushResponse, TraceEntry } from '#shared/contracts/pushes.ts';
import { isResponseStatus, responseStatusOf } from '#shared/domain/ota/response-status.ts';
import { tellTimeline } from '../messages/tell-timeline.ts';

type Detail = StoredPushEvent['detail'];
type Source = TraceEntry['source'];

const said = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? `${value}` : '?');
const because = (reason: unknown): string => (typeof reason === 'string' ? `: ${reason}` : '');

const builtBy = (backend: unknown): string => (backend === 'software' ? 'with keys that KMS opened' : 'by the HSM');

const answered = (response: PushResponse | null, { failure }: Detail): string => {
  if (!response) return `The card answered${because(failure)}.`;
  const proof = response.authenticated ? 'and proved that it is it' : 'without proof that it is it';
  const last = response.results.at(-1);
  const counted = response.executed === null ? '' : ` Commands executed: ${response.executed}.`;
  const word = last ? ` Status word ${last.status_word}: ${last.meaning}` : '';
  return `The card answered ${proof}. ${response.status_words}${counted}${word}`;
};

const follows = ({ status }: Detail): string =>
  typeof status === 'number' && isResponseStatus(status) ? responseStatusOf(status).words : 'The real answer follows.';

/** What happened to the push itself, by the type of its event: who says it, and in which words. */
const stories: Readonly<Record<string, readonly [Source, (detail: Detail, response: PushResponse | null) => string]>> =
  {
    ACCEPTED: [
      'api',
      ({ tar, counter, position }) =>
        `Accepted over HTTP for application ${said(tar)}: counter ${said(counter)}, place ${said(position)} in the line of the card.`,
    ],
    BUILDING: ['hsm', ({ counter }) => `The packet is being built with counter ${said(counter)}.`],
    PACKET_BUILT: ['hsm', ({ backend, octets }) => `A packet of ${said(octets)} octets was built ${builtBy(backend)}.`],
    GIVEN_BACK: [
      'hsm',
      ({ reason, is_counter_used: isUsed }) =>
        `No packet was built${because(reason)}. The push is back in its place${isUsed ? ', and its counter may have been used' : ''}.`,
    ],
    COUNTER_CHANGED: [
      'line',
      ({ from, to, reason }) => `It got counter ${said(to)} in place of ${said(from)}${because(reason)}.`,
    ],
    AWAITING_POR: ['line', () => 'The card has it, or may have it: its answer is waited for.'],
    SUCCEEDED: ['line', () => 'It is with the card, and nothing else was to be heard.'],
    FAILED: ['line', ({ failure }) => `It has failed${because(failure)}.`],
    EXPIRED: ['line', () => 'Its time is over.'],
    CANCELLED: ['line', () => 'It was cancelled.'],
    UNKNOWN: ['line', ({ failure }) => `What became of it is not known${because(failure)}. It is not sent again.`],
    ANSWERED: ['card', (detail, response) => answered(response, detail)],
    ANSWER_FOLLOWS: ['card', (detail) => `The card answered. ${follows(detail)}`],
  };

const tell = (id: string, event: StoredPushEvent, response: PushResponse | null): TraceEntry[] => {
  const { origin, type, detail, at } = event;
  if (origin === 'push') {
    const [source, say] = stories[type] ?? (['line', () => `${type}.`] as const);
    return [{ at: new Date(at).toISOString(), source, what: say(detail, response), detail: { ...detail } }];
  }
  // What happened to its message is told as that of any message.
  const row = { ...event, origin, at: new Date(at) };
  return tellTimeline(id, { status: 'QUEUED', rows: [row], isCut: false }).entries.map((entry) => ({
    ...entry,
    source: entry.source as Source,
  }));
};

/** What the tables have of a push, as a story. */
export const tellPush = ({ push, events }: TracedPush, response: PushResponse | null): TraceEntry[] =>
  events.flatMap((event) => tell(push.id, event, response));
