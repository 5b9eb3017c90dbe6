import * as z from 'zod';
import type { GateSettings } from '#shared/domain/hsm/gate.ts';
import { logger } from '#shared/telemetry.ts';
import { connectSecrets } from '../secrets.ts';
import { connectCardKeys } from './card-keys.ts';
import { type GuardedHsm, guardedHsm } from './guarded-hsm.ts';
import type { CardKeyset, PacketHsm } from './hsm-backend.ts';
import { HsmFault, whyNotConnected } from './hsm-fault.ts';
import { connectHsmGate } from './hsm-gate.ts';
import { createHttpXmlHsm } from './http-xml-hsm.ts';
import { packetHsm } from './packet-hsm.ts';
import { connectPkcs11Hsm } from './pkcs11-hsm.ts';
import { createSoftwareHsm } from './software-hsm.ts';

const count = z.coerce.number().int().min(1);

/** What the program that reaches the HSM is deployed with. */
export const hsmEnv = {
  CARD_KEY_ARN: z.string().min(1),
  /** `none`: every card's keys are sealed in the database. */
  HSM_BACKEND: z.enum(['none', 'http-xml', 'pkcs11']),
  HSM_SECRET_ARN: z.string().min(1),
  GATES_TABLE_NAME: z.string().min(1),
  HSM_PERMITS: count,
  HSM_CALLS_PER_SECOND: count,
  HSM_DEADLINE_MS: count,
};
export type HsmEnv = { readonly [Name in keyof typeof hsmEnv]: z.infer<(typeof hsmEnv)[Name]> };

const Pkcs11Secret = z.object({ library: z.string().min(1), token_label: z.string().min(1), pin: z.string().min(1) });

/** A permit outlives its call by so much: what the gate itself takes, and the pauses of a busy process. */
const permitReserveMs = 10_000;

export const gateSettingsOf = (env: HsmEnv): GateSettings => ({
  permits: env.HSM_PERMITS,
  permitMs: env.HSM_DEADLINE_MS + permitReserveMs,
  // A second's worth at once, and no more than there are permits for.
  bucket: { ratePerSecond: env.HSM_CALLS_PER_SECOND, burst: Math.min(env.HSM_CALLS_PER_SECOND, env.HSM_PERMITS) },
  failuresToOpen: 5,
  openMs: 10_000,
  longestOpenMs: 5 * 60_000,
});

/** Connects when it is first needed, and again after a connection that failed. */
const remembered = (connect: () => Promise<PacketHsm>): (() => Promise<PacketHsm>) => {
  let connecting: Promise<PacketHsm> | undefined;
  return () => {
    connecting ??= connect().catch((cause: unknown) => {
      connecting = undefined;
      logger.error('The HSM is not connected to', { reason: whyNotConnected(cause) });
      throw cause instanceof HsmFault ? cause : new HsmFault('hsm.unreachable', 'The HSM is not reached.', { cause });
    });
    return connecting;
  };
};

const connectorOf = (env: HsmEnv): (() => Promise<PacketHsm>) => {
  const secrets = connectSecrets();
  const secret = () => secrets(env.HSM_SECRET_ARN);
  const shared = { deadlineMs: env.HSM_DEADLINE_MS };
  switch (env.HSM_BACKEND) {
    case 'http-xml':
      return async () => createHttpXmlHsm({ ...shared, secret, maxSockets: env.HSM_PERMITS });
    case 'pkcs11':
      return async () => {
        const { library, token_label: tokenLabel, pin } = Pkcs11Secret.parse(JSON.parse(await secret()));
        return packetHsm(await connectPkcs11Hsm({ ...shared, library, tokenLabel, pin, maxSessions: env.HSM_PERMITS }));
      };
    case 'none':
      return async () => {
        throw new HsmFault('hsm.unreachable', 'No HSM is configured.');
      };
  }
};

/** Calls the one or the other by where the card's keys are. */
const byKeyset = (sealed: PacketHsm, inHsm: () => Promise<PacketHsm>, gateOf: (hsm: PacketHsm) => GuardedHsm) => {
  const hsmOf = async ({ location }: CardKeyset): Promise<Pick<GuardedHsm, 'build' | 'open'>> =>
    location.kind === 'sealed' ? sealed : gateOf(await inHsm());
  return {
    build: async (request: Parameters<GuardedHsm['build']>[0]) => (await hsmOf(request.keyset)).build(request),
    open: async (request: Parameters<GuardedHsm['open']>[0]) => (await hsmOf(request.keyset)).open(request),
  };
};

/** Whoever builds and opens packets, for cards whose keys are sealed here and for those whose keys are in the HSM. */
export type CardHsm = Pick<GuardedHsm, 'build' | 'open'>;

/**
 * The HSM of this deployment behind its gate, and KMS for the cards whose keys are sealed in the database, to which no
 * gate belongs: KMS has limits of its own.
 */
export const connectCardHsm = (env: HsmEnv): CardHsm => {
  const gate = connectHsmGate(env.GATES_TABLE_NAME, env.HSM_BACKEND, gateSettingsOf(env));
  const sealed = packetHsm(createSoftwareHsm(connectCardKeys(env.CARD_KEY_ARN)));
  return byKeyset(sealed, remembered(connectorOf(env)), (hsm) => guardedHsm(hsm, gate));
};
