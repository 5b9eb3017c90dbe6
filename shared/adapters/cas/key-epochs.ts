import type { Epoch, EpochState, RotationRules } from '#shared/domain/cas/plan-rotation.ts';
import type { Sql } from '../data-api.ts';
import { reserveEmms } from './reserve-emms.ts';

/** A CA system with its epochs, as rotation looks at it. */
export interface RotatingSystem extends RotationRules {
  readonly client_id: string;
  readonly epochs: readonly Epoch[];
}

interface Row extends RotationRules {
  readonly client_id: string;
  readonly epochs: readonly (Omit<Epoch, 'wrapped_at' | 'delivered_at' | 'activated_at'> & {
    readonly wrapped_at: string;
    readonly delivered_at: string | null;
    readonly activated_at: string | null;
  })[];
}

const systems = `
SELECT s.client_id, s.epoch_hours, s.key_lead_minutes,
  coalesce((SELECT jsonb_agg(jsonb_build_object('epoch', k.epoch, 'state', k.state, 'wrapped_at', k.wrapped_at,
      'delivered_at', k.delivered_at, 'activated_at', k.activated_at) ORDER BY k.epoch)
    FROM key_epochs k WHERE k.client_id = s.client_id
      AND (k.state NOT IN ('RETIRED', 'DESTROYED') OR k.epoch = (SELECT max(epoch) FROM key_epochs m WHERE m.client_id = s.client_id))), '[]') AS epochs
FROM cas_systems s WHERE :client_id::text IS NULL OR s.client_id = :client_id::uuid ORDER BY s.client_id`;

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** What is over is left out, but for the last number there was. @param clientId null: all of them. */
export const readRotatingSystems = async (sql: Sql, clientId: string | null = null): Promise<RotatingSystem[]> =>
  (await sql<Row>(systems, { client_id: clientId })).map(({ epochs, ...system }) => ({
    ...system,
    epochs: epochs.map((each) => ({
      ...each,
      wrapped_at: new Date(each.wrapped_at),
      delivered_at: timeOf(each.delivered_at),
      activated_at: timeOf(each.activated_at),
    })),
  }));

const insert = `
INSERT INTO key_epochs (client_id, epoch, state, wrapped_key, activated_at)
VALUES (:client_id::uuid, :epoch, :state, :wrapped_key, CASE WHEN :state = 'ACTIVE' THEN now() END)
ON CONFLICT DO NOTHING
RETURNING epoch`;

/** @returns false when there is such an epoch already, or another that is PENDING or ACTIVE: then nothing was written. */
export const insertEpoch = async (
  sql: Sql,
  epoch: {
    readonly client_id: string;
    readonly epoch: number;
    readonly state: 'PENDING' | 'ACTIVE';
    readonly wrapped_key: string;
  },
): Promise<boolean> => (await sql(insert, epoch)).length > 0;

/** The old one first: the table allows one ACTIVE epoch, also within a statement. */
const activate = `
WITH next AS (
  SELECT client_id, epoch FROM key_epochs
  WHERE client_id = :client_id::uuid AND epoch = :epoch AND state = 'PENDING' AND delivered_at IS NOT NULL FOR NO KEY UPDATE
),
drained AS (
  UPDATE key_epochs k SET state = 'DRAINING', drained_at = now() FROM next
  WHERE k.client_id = next.client_id AND k.state = 'ACTIVE'
  RETURNING k.epoch
)
UPDATE key_epochs k SET state = 'ACTIVE', activated_at = now() FROM next
WHERE k.client_id = next.client_id AND k.epoch = next.epoch AND (SELECT count(*) FROM drained) >= 0
RETURNING k.epoch`;

/**
 * Makes the PENDING epoch ACTIVE, and the ACTIVE one DRAINING, in one statement: whoever reserves an EMM meanwhile gets
 * the one or the other, and both open.
 */
export const activateEpoch = async (sql: Sql, clientId: string, epoch: number): Promise<boolean> =>
  (await sql(activate, { client_id: clientId, epoch })).length > 0;

/** Groups, and cards that are in none; a barred card learns no new key. */
const devices = `
device AS (
  SELECT client_id, 'shared' AS class, number AS device FROM cas_groups WHERE client_id = :client_id::uuid
  UNION ALL
  SELECT client_id, 'unique', card FROM cas_cards
  WHERE client_id = :client_id::uuid AND device_key IS NOT NULL AND group_number IS NULL AND barred_at IS NULL
)`;

/** Until when a key has to be known: as long as an EMM under it may be on air. */
const needed = `
needed AS (
  SELECT k.client_id, k.epoch, s.emm_hours, s.epoch_hours, CASE k.state
      WHEN 'DRAINING' THEN (SELECT max(e.expires_at) FROM emms e
        WHERE e.client_id = k.client_id AND e.epoch = k.epoch AND e.kind NOT LIKE 'key-%')
      ELSE now() + make_interval(hours => s.emm_hours) END AS until
  FROM key_epochs k JOIN cas_systems s ON s.client_id = k.client_id
  WHERE k.client_id = :client_id::uuid AND k.state IN ('PENDING', 'ACTIVE', 'DRAINING')
)`;

const lacking = `
lacking AS (
  SELECT n.*, d.class, d.device, 'key-' || n.epoch AS kind FROM needed n JOIN device d ON d.client_id = n.client_id
  WHERE n.until > now() AND NOT EXISTS (SELECT FROM emms e
    WHERE e.client_id = n.client_id AND e.class = d.class AND e.device = d.device AND e.kind = 'key-' || n.epoch
      AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL AND e.expires_at >= n.until)
)`;

/** What it is given beyond what is needed lasts for two epochs, so that it is not given every time. */
const order = `
WITH ${devices}, ${needed}, ${lacking},
wanted AS (
  SELECT client_id, NULL::uuid AS request_id, class, device, kind, epoch,
    until + make_interval(hours => 2 * epoch_hours) AS expires_at
  FROM lacking ORDER BY epoch DESC, class, device LIMIT :limit
),
${reserveEmms}
SELECT id FROM emm`;

/** Reserves EMMs with the keys of epochs for those devices that have none on air for long enough: at most `limit`. */
export const orderKeyEmms = async (sql: Sql, clientId: string, limit: number): Promise<string[]> =>
  (await sql<{ id: string }>(order, { client_id: clientId, limit })).map(({ id }) => id);

const leftOver = `
SELECT id FROM emms
WHERE client_id = :client_id::uuid AND encrypted_emm IS NULL AND replaced_by IS NULL AND withdrawn_at IS NULL
  AND expires_at > now() AND kind LIKE 'key-%'
ORDER BY number LIMIT :limit`;

/** What an earlier run reserved and could not seal. */
export const findUnsealedKeyEmms = async (sql: Sql, clientId: string, limit: number): Promise<string[]> =>
  (await sql<{ id: string }>(leftOver, { client_id: clientId, limit })).map(({ id }) => id);

const deliver = `
WITH ${devices}, ${needed}, ${lacking}
UPDATE key_epochs k SET delivered_at = now()
WHERE k.client_id = :client_id::uuid AND k.state = 'PENDING' AND k.delivered_at IS NULL
  AND NOT EXISTS (SELECT FROM lacking l WHERE l.epoch = k.epoch)
  AND NOT EXISTS (SELECT FROM emms e WHERE e.client_id = k.client_id AND e.epoch = k.epoch AND e.encrypted_emm IS NULL
    AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL AND e.kind LIKE 'key-%')
RETURNING k.epoch`;

/** Notes that every device has the PENDING key on air: from now on the lead counts. */
export const markDelivered = async (sql: Sql, clientId: string): Promise<boolean> =>
  (await sql(deliver, { client_id: clientId })).length > 0;

/**
 * An EMM that is reserved and not sealed yet counts as one on air. A statement that saw the epoch ACTIVE may still be under
 * way when it is DRAINING: it is not longer than the minutes that are waited.
 */
const retire = `
WITH over AS (
  UPDATE key_epochs k SET state = 'RETIRED', retired_at = now()
  WHERE k.client_id = :client_id::uuid AND k.state = 'DRAINING' AND k.drained_at < now() - interval '5 minutes'
    AND NOT EXISTS (SELECT FROM emms e
    WHERE e.client_id = k.client_id AND e.epoch = k.epoch AND e.kind NOT LIKE 'key-%' AND e.expires_at > now()
      AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL)
  RETURNING k.client_id, k.epoch
),
withdrawn AS (
  UPDATE emms e SET withdrawn_at = now() FROM over
  WHERE e.client_id = over.client_id AND e.epoch = over.epoch AND e.kind LIKE 'key-%' AND e.withdrawn_at IS NULL
)
SELECT epoch FROM over`;

/** Ends epochs of which nothing is on air any more, and takes their keys off the air. @returns how many. */
export const retireEpochs = async (sql: Sql, clientId: string): Promise<number> =>
  (await sql(retire, { client_id: clientId })).length;

const destroy = `
UPDATE key_epochs k SET state = 'DESTROYED', destroyed_at = now(), wrapped_key = NULL
FROM cas_systems s
WHERE k.client_id = :client_id::uuid AND s.client_id = k.client_id AND k.state = 'RETIRED'
  AND k.retired_at < now() - make_interval(days => s.retention_days)
  AND NOT EXISTS (SELECT FROM emms e WHERE e.client_id = k.client_id AND e.epoch = k.epoch AND e.keep_until > now())
RETURNING k.epoch`;

/** Deletes wrapped keys whose retention is over; backups hold them for as long as backups are kept. @returns how many. */
export const destroyEpochs = async (sql: Sql, clientId: string): Promise<number> =>
  (await sql(destroy, { client_id: clientId })).length;

const read = 'SELECT wrapped_key FROM key_epochs WHERE client_id = :client_id::uuid AND epoch = :epoch';

const rewrap = `
UPDATE key_epochs SET wrapped_key = :wrapped_key, wrapped_at = now()
WHERE client_id = :client_id::uuid AND epoch = :epoch AND wrapped_key = :before
RETURNING epoch`;

/**
 * Has the key of an epoch wrapped anew. The same key stays in use; who has read the old wrapping meanwhile opens it as
 * before.
 */
export const rewrapEpoch = async (
  sql: Sql,
  { client_id, epoch }: { readonly client_id: string; readonly epoch: number },
  wrapAnew: (wrappedKey: string) => Promise<string>,
): Promise<void> => {
  const [row] = await sql<{ wrapped_key: string | null }>(read, { client_id, epoch });
  const before = row?.wrapped_key;
  if (before) await sql(rewrap, { client_id, epoch, before, wrapped_key: await wrapAnew(before) });
};

/** An epoch as an operator sees it. */
export interface EpochRow {
  readonly epoch: number;
  readonly state: EpochState;
  readonly emms_on_air: number;
  readonly created_at: Date;
  readonly delivered_at: Date | null;
  readonly activated_at: Date | null;
  readonly retired_at: Date | null;
  readonly destroyed_at: Date | null;
}

const list = `
SELECT k.epoch, k.state, k.created_at, k.delivered_at, k.activated_at, k.retired_at, k.destroyed_at,
  (SELECT count(*) FROM emms e WHERE e.client_id = k.client_id AND e.epoch = k.epoch AND e.encrypted_emm IS NOT NULL
    AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL AND e.expires_at > now())::integer AS emms_on_air
FROM key_epochs k WHERE k.client_id = :client_id::uuid ORDER BY k.epoch DESC LIMIT :limit`;

/** The newest first. */
export const listEpochs = (sql: Sql, clientId: string, limit: number): Promise<EpochRow[]> =>
  sql(list, { client_id: clientId, limit });
