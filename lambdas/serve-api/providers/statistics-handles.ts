import type { Span } from '#shared/adapters/read-statistics.ts';
import type { Refusal } from '#shared/contracts/problems.ts';
import {
  type ClientStatistics,
  mostStatisticsHours,
  type ProviderStatistics,
  ReadStatistics,
} from '#shared/contracts/statistics.ts';
import { type ApiRequest, answer, callerOf } from '../api-request.ts';
import type { Handles } from '../handles.ts';
import { readQuery, refuseField } from '../read-body.ts';
import { noSuchProvider, providerNameOf } from './provider-handles.ts';

export interface Statistics {
  now(): Date;
  hasProvider(name: string): Promise<boolean>;
  readProviderStatistics(name: string, span: Span): Promise<ProviderStatistics>;
  readClientStatistics(clientId: string, span: Span): Promise<ClientStatistics>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const spanOf = (request: ApiRequest, now: Date): { readonly outcome: 'span'; readonly span: Span } | Refusal => {
  const query = readQuery(request, ReadStatistics);
  if (query.outcome === 'refused') return query;
  const { from_time: fromTime, to_time: toTime } = query.value;
  const to = Math.ceil((toTime === undefined ? now.getTime() : Date.parse(toTime)) / hourMs) * hourMs;
  const from = Math.floor((fromTime === undefined ? to - dayMs : Date.parse(fromTime)) / hourMs) * hourMs;
  if (from >= to) return refuseField('from_time', 'is not before to_time');
  if (to - from > mostStatisticsHours * hourMs) return refuseField('from_time', 'is more than 31 days before to_time');
  return { outcome: 'span', span: { from: new Date(from), to: new Date(to) } };
};

export const createStatisticsHandles = (world: Statistics): Handles<'getProviderStatistics' | 'getStatistics'> => ({
  getProviderStatistics: async (request) => {
    const read = spanOf(request, world.now());
    if (read.outcome === 'refused') return read;
    const name = providerNameOf(request);
    if (!name || !(await world.hasProvider(name))) return noSuchProvider();
    return answer(200, await world.readProviderStatistics(name, read.span));
  },
  getStatistics: async (request) => {
    const read = spanOf(request, world.now());
    if (read.outcome === 'refused') return read;
    return answer(200, await world.readClientStatistics(callerOf(request).clientId, read.span));
  },
});
