import type { Output } from './output.ts';

/** Nothing goes anywhere; what would have been sent is in the proof. For trying out a carousel. */
export const createLogOutput = (bandwidthKbitS: number): Output => {
  let allocation = bandwidthKbitS;
  return {
    mode: 'section',
    isPacked: true,
    get allocation() {
      return allocation;
    },
    send: () => undefined,
    request: (next) => {
      allocation = next;
    },
    close: async () => {
      allocation = 0;
    },
    destroy: () => {
      allocation = 0;
    },
  };
};
