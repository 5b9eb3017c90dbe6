import type { FaultWorld } from './fault-world.ts';

/**
 * What waiting does for pushes, without the wait: a maker that was killed is missed after two minutes, its permit runs
 * out, an HSM whose circuit is open is tried again after ten seconds or more, an idle card is looked at after half a
 * minute, and a card that stays silent is given up after a quarter of an hour.
 *
 * Who makes a push may live longer than it is given here: what it still does must then come to nothing.
 */
export const letPushTimePass = async (world: FaultWorld, clientId: string): Promise<void> => {
  const { query } = world.box;
  await query(
    `UPDATE pushes SET taken_at = taken_at - interval '2 minutes'
     WHERE client_id = $1 AND state = 'BUILDING' AND taken_at BETWEEN now() - interval '2 minutes' AND now() - interval '2 seconds'`,
    [clientId],
  );
  await query(
    `UPDATE pushes SET created_at = created_at - interval '31 seconds'
     WHERE client_id = $1 AND state = 'WAITING' AND created_at > now() - interval '31 seconds'`,
    [clientId],
  );
  await query(
    `UPDATE pushes SET sent_at = sent_at - interval '15 minutes'
     WHERE client_id = $1 AND state = 'AWAITING_POR' AND sent_at BETWEEN now() - interval '15 minutes' AND now() - interval '4 seconds'`,
    [clientId],
  );
  await world.reopenHsmGate();
};
