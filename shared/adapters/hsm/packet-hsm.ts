import { buildCommandPacketRemotely } from '#shared/domain/ota/command-packet.ts';
import { OtaError, type OtaReason } from '#shared/domain/ota/ota-error.ts';
import { openResponsePacketRemotely } from '#shared/domain/ota/response-packet.ts';
import type { HsmBackend, HsmRefusal, PacketCalls, PacketHsm, PrimitiveCalls } from './hsm-backend.ts';

const refusals: Partial<Record<OtaReason, HsmRefusal>> = {
  'key.missing': 'key.unknown',
  'algorithm.unsupported': 'algorithm.unsupported',
  'algorithm.implicit_unknown': 'algorithm.unsupported',
};

/** What an OtaError says of a request; anything else is thrown on. */
export const refusalOf = (error: unknown): HsmRefusal => {
  if (error instanceof OtaError) return refusals[error.reason] ?? 'request.refused';
  throw error;
};

/** What says that the octets are wrong, rather than the keys or the request. */
const isOfTheAnswer = ({ reason }: OtaError) => reason.startsWith('response.') || reason === 'data.not_whole_blocks';

const overPrimitives = ({ primitives }: PrimitiveCalls): PacketCalls => ({
  build: async ({ keyset, spec }) => {
    try {
      return { outcome: 'built', packet: await buildCommandPacketRemotely(spec, await primitives(keyset)) };
    } catch (error) {
      return { outcome: 'refused', reason: refusalOf(error) };
    }
  },
  open: async ({ keyset, spec, packet }) => {
    try {
      return { outcome: 'opened', response: await openResponsePacketRemotely(packet, spec, await primitives(keyset)) };
    } catch (error) {
      if (error instanceof OtaError && isOfTheAnswer(error)) return { outcome: 'not-authentic', reason: error.reason };
      return { outcome: 'refused', reason: refusalOf(error) };
    }
  },
});

/** Gives every backend the whole-packet form: those with primitives get the one shared packet builder around them. */
export const packetHsm = (backend: HsmBackend): PacketHsm =>
  'build' in backend ? backend : { ...backend, ...overPrimitives(backend) };
