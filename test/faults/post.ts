import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningSignalbox } from '../support/running-signalbox.ts';

/** What became of something posted, as its sender knows it. */
export interface Posted {
  readonly key: string;
  /** Every id that a 202 gave; more than one would be a message too many. */
  readonly ids: ReadonlySet<string>;
  readonly tries: number;
  /** What the API said that no retry mends. */
  readonly refusal: string | null;
}

export interface Load {
  /** Sends nothing new, and resolves when all that was begun is accepted or refused. */
  stop(): Promise<readonly Posted[]>;
}

const answerWithinMs = 15_000;

const isPassing = (status: number): boolean => status >= 500 || status === 429;

/** Posts as a careful client does: again under the same key, until the API has said something that stands. */
export const post = async (
  box: RunningSignalbox,
  apiKey: string,
  path: '/v1/messages' | '/v1/pushes',
  { key, body }: { readonly key: string; readonly body: object },
): Promise<Posted> => {
  const ids = new Set<string>();
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(`${box.cloud.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithinMs),
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch((error: unknown) => ({ status: 599, text: String(error) }));
    if (answer.status === 202) ids.add((JSON.parse(answer.text) as { id: string }).id);
    // What was accepted is asked again now and then: the answer is to be the same.
    const isDone = answer.status === 202 && (ids.size > 1 || tries % 5 !== 1 || !key.endsWith('7'));
    if (isDone) return { key, ids, tries, refusal: null };
    if (answer.status !== 202 && !isPassing(answer.status))
      return { key, ids, tries, refusal: `${answer.status} ${answer.text}` };
    await sleep(200);
  }
};
