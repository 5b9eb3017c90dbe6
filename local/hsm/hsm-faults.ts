import type { IncomingMessage, ServerResponse } from 'node:http';
import { hsmNamespace } from '#shared/contracts/hsm-xml.ts';

/** What an HSM can do wrong, one name each. */
export type HsmFaultName =
  /** Answers nothing. */
  | 'silent'
  /** Breaks the connection before it does anything. */
  | 'dead-before'
  /** Does what it was asked, and breaks the connection. */
  | 'dead-after'
  /** Has no time: 503. */
  | 'busy'
  /** Fails within: 500. */
  | 'failing'
  /** Builds a packet for another application. */
  | 'wrong-tar'
  /** Answers another call. */
  | 'wrong-call'
  | 'garbage'
  | 'empty'
  | 'cut-off'
  | 'ten-megabytes'
  | 'depth-thousand'
  | 'billion-laughs';

const billionLaughs = (): string => {
  const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">${entities.join('')}]><PacketBuilt xmlns="${hsmNamespace}"><callId>&l9;</callId></PacketBuilt>`;
};

/** Answers that are the same whatever was asked. */
const bodies: Partial<Record<HsmFaultName, () => string>> = {
  garbage: () => '{"packet":"00"}',
  empty: () => '',
  'ten-megabytes': () =>
    `<PacketBuilt xmlns="${hsmNamespace}"><packet>${'00'.repeat(5_000_000)}</packet></PacketBuilt>`,
  'depth-thousand': () => `${'<a>'.repeat(1_000)}${'</a>'.repeat(1_000)}`,
  'billion-laughs': billionLaughs,
};

const statuses: Partial<Record<HsmFaultName, number>> = { busy: 503, failing: 500 };

/** Answers as the fault has it; false where the work is to be done first, or is itself what is wrong. */
export const answerFault = (fault: HsmFaultName, request: IncomingMessage, response: ServerResponse): boolean => {
  if (fault === 'silent') return true;
  if (fault === 'dead-before') {
    request.socket.destroy();
    return true;
  }
  const status = statuses[fault];
  const body = bodies[fault];
  if (status === undefined && !body) return false;
  response.writeHead(status ?? 200, { 'content-type': 'application/xml' }).end(body?.() ?? '');
  return true;
};
