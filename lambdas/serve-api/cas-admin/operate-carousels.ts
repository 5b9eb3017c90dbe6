import { listOperatedCarousels, putCarousel, removeCarousel } from '#shared/adapters/carousel/operate-carousels.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { CarouselName, type OperatedCarouselList, PutCarousel } from '#shared/contracts/carousels.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handles } from '../handles.ts';
import { fieldErrors, readBody, refuseFields } from '../read-body.ts';

/** Where carousels send to: an operator's business, since it reaches into other people's networks. */
export const createOperateCarousels = (
  sql: Sql,
): Handles<'listClientCarousels' | 'putCarousel' | 'removeCarousel'> => ({
  listClientCarousels: async (request) => {
    const clientId = clientIdOf(request);
    const carousels = clientId && (await listOperatedCarousels(sql, clientId));
    if (!carousels) return noCasSystem();
    const view: OperatedCarouselList = { carousels };
    return answer(200, view);
  },
  putCarousel: async (request) => {
    const body = readBody(request, PutCarousel);
    if (body.outcome === 'refused') return body;
    const name = CarouselName.safeParse(request.pathParameters.name);
    if (!name.success) return refuseFields(fieldErrors(name.error).map(({ message }) => ({ path: 'name', message })));
    const clientId = clientIdOf(request);
    const of = clientId && { clientId, name: name.data };
    const carousel = of && (await putCarousel(sql, of, body.value, actorOf(request)));
    return carousel ? answer(200, carousel) : noCasSystem();
  },
  removeCarousel: async (request) => {
    const clientId = clientIdOf(request);
    const name = CarouselName.safeParse(request.pathParameters.name).data;
    const isRemoved = clientId && name && (await removeCarousel(sql, { clientId, name }, actorOf(request)));
    return isRemoved ? answer(204, null) : refuse('carousel.not_found', 'None of the client has that name.');
  },
});
