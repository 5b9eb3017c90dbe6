import * as z from 'zod';
import { changeCarousel, listCarousels, readCarousel } from '#shared/adapters/carousel/change-carousel.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { type BandwidthPlan, type CarouselList, ChangeCarousel, PlanBandwidth } from '#shared/contracts/carousels.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { bandwidthNeeded, bandwidthOf } from '#shared/domain/carousel/estimate.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { readBody, readQuery } from '../read-body.ts';

export interface CarouselNeeds {
  readonly sql: Sql;
}

const Id = z.uuid();

const notFound = (): Refusal => refuse('carousel.not_found', 'None of this client has that id.');

const change =
  ({ sql }: CarouselNeeds): Handle =>
  async (request) => {
    const body = readBody(request, ChangeCarousel);
    if (body.outcome === 'refused') return body;
    const id = Id.safeParse(request.pathParameters.id);
    const changed = id.success ? await changeCarousel(sql, callerOf(request).clientId, id.data, body.value) : null;
    return changed ? answer(200, changed) : notFound();
  };

const planBandwidth: Handle = async (request) => {
  const query = readQuery(request, PlanBandwidth);
  if (query.outcome === 'refused') return query;
  const { bandwidth_kbit_s, cycle_seconds, ...audience } = query.value;
  const view: BandwidthPlan = {
    ...bandwidthOf(audience, bandwidth_kbit_s),
    needed_kbit_s: cycle_seconds === undefined ? null : bandwidthNeeded(audience, cycle_seconds),
  };
  return answer(200, view);
};

/** Carousels: what they hold, how fast they turn, and what an operator may do to them. */
export const createCarouselHandles = (
  needs: CarouselNeeds,
): Handles<'listCarousels' | 'getCarousel' | 'changeCarousel' | 'planBandwidth'> => ({
  listCarousels: async (request) => {
    const view: CarouselList = { carousels: await listCarousels(needs.sql, callerOf(request).clientId) };
    return answer(200, view);
  },
  getCarousel: async (request) => {
    const id = Id.safeParse(request.pathParameters.id);
    const found = id.success ? await readCarousel(needs.sql, callerOf(request).clientId, id.data) : null;
    return found ? answer(200, found) : notFound();
  },
  changeCarousel: change(needs),
  planBandwidth,
});
