import type fc from 'fast-check';
import { expect } from 'vitest';
import * as model from './message-model.ts';
import { type Model, pick, settleInModel, type World, without } from './money-world.ts';
import { type Said, type SteppedWorker, startSteppedWorker } from './settle-worker.ts';

type Step = (model: Model, world: World) => Promise<void>;
export type Command = fc.AsyncCommand<Model, World>;

export const command = (name: string, run: Step): Command => ({ check: () => true, run, toString: () => name });

export const startWorker = (indices: readonly number[], isKept: boolean): Command =>
  command(`settle-outcomes starts([${indices.join()}], kept ${isKept})`, async (_m, world) => {
    const said = [...new Set(indices.map((index) => pick(world.outcomes, index)))].filter((each) => !!each);
    if (said.length === 0) return;
    if (!isKept) world.outcomes = world.outcomes.filter((each) => !said.includes(each));
    world.workers.push(startSteppedWorker(world.database, said));
  });

const toModel = ({ outcome }: Said): model.ModelOutcome[] =>
  outcome.type === 'ReceiptReceived'
    ? []
    : [
        {
          type: outcome.type,
          message: outcome.message_id,
          part: outcome.part,
          attempt: outcome.attempt,
          retry: outcome.type === 'PartRefused' && outcome.retry,
        },
      ];

const recordInModel = (m: Model, said: readonly Said[]): void => {
  model.record(m.messages, said.flatMap(toModel));
  for (const { outcome, smscId } of said)
    if (outcome.type === 'PartSubmitted' && smscId)
      m.recorded.set(smscId, { message: outcome.message_id, part: outcome.part, attempt: outcome.attempt });
    else if (outcome.type === 'ReceiptReceived' && smscId)
      m.parked.set(outcome.receipt_id, { smscId, state: outcome.state });
};

/** In the order in which the receipts came: ids of receipts are kept in it by the map's insertion of their times. */
const joinInModel = (m: Model, said: readonly Said[]): string[] => {
  const ids = new Set(said.flatMap(({ outcome }) => (outcome.type === 'ReceiptReceived' ? [outcome.receipt_id] : [])));
  const smscIds = new Set(said.flatMap(({ outcome, smscId }) => (outcome.type === 'PartSubmitted' ? [smscId] : [])));
  const touched: string[] = [];
  for (const [id, { smscId, state }] of [...m.parked].sort(([a], [b]) => order(a) - order(b))) {
    const of = m.recorded.get(smscId);
    if (!of || !(ids.has(id as never) || smscIds.has(smscId))) continue;
    const part = m.messages.get(of.message)?.parts[of.part - 1];
    if (part) model.receive(part, state);
    m.parked.delete(id);
    touched.push(of.message);
  }
  return touched;
};

const receiptOrder = new Map<string, number>();
const order = (id: string): number => receiptOrder.get(id) ?? 0;

export const stepOne = async (m: Model, world: World, worker: SteppedWorker): Promise<void> => {
  for (const { outcome } of worker.said)
    if (outcome.type === 'ReceiptReceived') receiptOrder.set(outcome.receipt_id, Date.parse(outcome.at));
  const statement = await worker.step();
  if (statement === 'record') recordInModel(m, worker.said);
  if (statement === 'join') expect(new Set(worker.joined)).toEqual(new Set(joinInModel(m, worker.said)));
  if (statement !== 'settle') return;
  const spoken = worker.said.flatMap(toModel).map(({ message }) => message);
  settleInModel(m, [...spoken, ...worker.joined]);
  world.workers = without(world.workers, worker);
};

export const stepWorker = (index: number): Command =>
  command(`settle-outcomes goes on(worker ${index})`, async (m, world) => {
    const worker = pick(world.workers, index);
    if (worker) await stepOne(m, world, worker);
  });

export const killWorker = (index: number): Command =>
  command(`settle-outcomes dies(worker ${index})`, async (_m, world) => {
    const worker = pick(world.workers, index);
    if (!worker) return;
    world.workers = without(world.workers, worker);
    world.outcomes.push(...worker.said);
  });
