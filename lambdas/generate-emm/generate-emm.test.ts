import { expect, test } from 'vitest';
import type { DecidedRequest } from '#shared/adapters/cas/apply-cas-decision.ts';
import type { TakenRequest } from '#shared/adapters/cas/take-cas-request.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { type CasWorld, generateEmm } from './generate-emm.ts';

const sport = { code: 'SPORT', name: 'Sport', product: 17, months: 1 };
const request: TakenRequest = {
  id: 'r1',
  client_id: 'c1',
  source: 'inbound',
  sender: '491700000001',
  message: 'AKTIV 1234567897 SPORT',
  recipient: '70001',
  is_test: false,
  correlation_id: 'x',
  decided_at: null,
  verdict: null,
  card: null,
  response: null,
  reply_id: null,
  is_first: true,
  is_sender_barred: false,
  language: 'en',
  limits: {},
  asking: { last_minute: 1, last_hour: 1, last_day: 1, refused_last_hour: 0 },
  packages: [sport],
  keywords: [],
};
const card = { card: '1234567897', is_barred: false, owner: null, language: null, box: null, entitlements: [] };

const createWorld = (taken: TakenRequest, given: Partial<CasWorld> = {}) => {
  const steps: string[] = [];
  const answers: NewMessage[] = [];
  let row = taken;
  const world: CasWorld = {
    now: () => new Date('2026-05-10T00:00:00Z'),
    newId: () => 'reply',
    take: async () => row,
    readFirst: async () => ({ id: 'r0', verdict: 'activated', response: 'As before.' }),
    readCard: async () => ({ state: card, version: 1, on_air_seconds: 30, is_box_taken: false }),
    apply: async (decided: DecidedRequest) => {
      steps.push(`apply ${decided.verdict} ${decided.change.emms.join()}`);
      row = { ...row, ...decided, decided_at: new Date(0) };
      return true;
    },
    seal: async () => {
      steps.push('seal');
      return 1;
    },
    answer: async (message) => {
      steps.push('answer');
      answers.push(message);
      return null;
    },
    finish: async (_id, refusal) => void steps.push(`finish ${refusal}`),
    ...given,
  };
  return { world, steps, answers };
};

test('a request is decided, its EMMs are sealed, then it is answered in its language from where it was sent to', async () => {
  const { world, steps, answers } = createWorld(request);
  expect(await generateEmm(world, 'r1')).toEqual({ verdict: 'activated', emms: 1, replyRefusal: null });
  expect(steps).toEqual(['apply activated entitlements', 'seal', 'answer', 'finish null']);
  expect(answers).toMatchObject([
    {
      id: 'reply',
      sender: '70001',
      recipient: '491700000001',
      parts: 1,
      priority: 'high',
      body: 'Karte 7897: Sport ist aktiv bis 2026-06-10. Auf Sendung in etwa 30 s.',
    },
  ]);
});

test('what was decided before is only carried out', async () => {
  const decided = { ...request, decided_at: new Date(0), verdict: 'activated', response: 'Done.', reply_id: 'first' };
  const { world, steps, answers } = createWorld(decided);
  await generateEmm(world, 'r1');
  expect(steps).toEqual(['seal', 'answer', 'finish null']);
  expect(answers[0]?.id).toBe('first');
});

test('a decision about a card that has changed meanwhile is taken anew, and not for ever', async () => {
  const { world } = createWorld(request);
  let looks = 0;
  const changing = {
    ...world,
    apply: (decided: DecidedRequest) => (++looks < 3 ? Promise.resolve(false) : world.apply(decided)),
  };
  await generateEmm(changing, 'r1');
  expect(looks).toBe(3);
  const { world: other } = createWorld(request, { apply: async () => false });
  await expect(generateEmm(other, 'r1')).rejects.toThrow('changes faster');
});

test('a repetition is answered as the first was, and silence is no message', async () => {
  const repeated = createWorld({ ...request, is_first: false });
  await generateEmm(repeated.world, 'r1');
  expect(repeated.steps[0]).toBe('apply repeated ');
  expect(repeated.answers[0]?.body).toBe('As before.');
  const barred = createWorld({ ...request, is_sender_barred: true });
  expect(await generateEmm(barred.world, 'r1')).toMatchObject({ verdict: 'sender.barred' });
  expect(barred.answers).toEqual([]);
});

test('an answer that may not be sent is noted, and the request is done', async () => {
  const { world, steps } = createWorld(request, { answer: async () => 'credit.insufficient' });
  expect(await generateEmm(world, 'r1')).toMatchObject({ replyRefusal: 'credit.insufficient' });
  expect(steps.at(-1)).toBe('finish credit.insufficient');
});
