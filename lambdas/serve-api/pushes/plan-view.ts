import type { PushTarget } from '#shared/adapters/read-push-target.ts';
import type { PlannedPush, SubmitPush } from '#shared/contracts/pushes.ts';
import { parseApdu } from '#shared/domain/ota/apdu.ts';
import type { PushPlan } from '#shared/domain/ota/plan-push.ts';
import { securityView } from './security-view.ts';

/** CPL's own octets (ETSI TS 102 225, 5.1), and those from SPI to the padding counter. */
const lengthOctets = 2;
const headerOctets = 13;

const commandView = (text: string): PlannedPush['commands'][number][] => {
  const parsed = parseApdu(text);
  if (parsed.outcome === 'refused') return [];
  const { octets, instruction, data, expected } = parsed.apdu;
  return [
    {
      apdu: octets.toString('hex'),
      instruction: instruction.toString(16).padStart(2, '0'),
      data_octets: data.length,
      // Le of 00 asks for 256 where data is answered; where nothing is, it says so.
      expected_octets: expected === 0 && data.length > 0 ? 256 : expected,
    },
  ];
};

/** A push as it would be built: all of it is known but what follows from keys. */
export const plannedPacket = (
  { tar, por, apdus }: SubmitPush,
  { iccid, profile, keysets }: PushTarget,
  plan: PushPlan,
): Omit<PlannedPush, 'to' | 'part_price_cents' | 'cost_cents' | 'would_be' | 'problem'> => ({
  dry_run: true,
  iccid,
  tar,
  por,
  security: securityView(plan.octets),
  format: profile.format,
  commands: apdus.flatMap(commandView),
  packet: {
    cpl: plan.packet_octets - lengthOctets,
    chl: headerOctets + plan.checksum_octets,
    next_counter: (keysets.find(({ version }) => version === plan.key_version)?.last_counter ?? 0) + 1,
    padding_octets: plan.padding_octets,
    checksum_octets: plan.checksum_octets,
    data_hex: plan.data.toString('hex'),
    octets: plan.packet_octets,
  },
  parts: plan.parts,
});
