import { BandwidthPlan, CarouselList, CarouselView, ChangeCarousel, PlanBandwidth } from '../carousels.ts';
import type { DescribedOperations } from './described.ts';

export const describedCarousels: DescribedOperations<
  'listCarousels' | 'getCarousel' | 'changeCarousel' | 'planBandwidth'
> = {
  listCarousels: {
    summary: 'Carousels, by their names',
    tag: 'Conditional access',
    answers: [{ status: 200, description: 'All of them', schema: CarouselList }],
    problems: [],
  },
  getCarousel: {
    summary: 'A carousel: whether it is on air, how long a cycle is, how soon a new EMM is on air',
    tag: 'Conditional access',
    answers: [{ status: 200, description: 'The carousel', schema: CarouselView }],
    problems: ['carousel.not_found'],
  },
  changeCarousel: {
    summary: 'Pause or resume it, change its bandwidth and shares, or take EMMs off the air',
    tag: 'Conditional access',
    body: ChangeCarousel,
    example: { is_paused: false },
    answers: [{ status: 200, description: 'The carousel as it is now', schema: CarouselView }],
    problems: ['carousel.not_found'],
  },
  planBandwidth: {
    summary: 'How long a cycle is at a bandwidth, and what bandwidth a cycle needs',
    tag: 'Conditional access',
    query: PlanBandwidth,
    answers: [{ status: 200, description: 'The figures', schema: BandwidthPlan }],
    problems: ['request.invalid'],
  },
};
