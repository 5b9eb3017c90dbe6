import { randomBytes } from 'node:crypto';
import { v7 as uuidV7 } from 'uuid';
import {
  endSecretOverlap,
  putCallbackSettings,
  readCallbackSettings,
  rotateCallbackSecret,
} from '#shared/adapters/callback-settings.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { PutCallbackSettings, type RotatedSecret, RotateSecret } from '#shared/contracts/callbacks.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { toBase32 } from '#shared/domain/api-key.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { checkUrl } from '../messages/read-submission.ts';
import { keyMismatch, noSuchClient } from '../messages/submit-message.ts';
import { readBody, readKey, refuseField } from '../read-body.ts';

export interface SettingsNeeds {
  readonly sql: Sql;
  readonly exemptOrigins: readonly string[];
  /** Encrypts a client's signing secret. @returns the ciphertext in base64. */
  encryptSecret(secret: string, clientId: string): Promise<string>;
}

type Operations = 'getCallbackSettings' | 'putCallbackSettings' | 'rotateCallbackSecret' | 'endCallbackSecretOverlap';

/** Of a callback there is no use that nobody could verify. */
export const noSecret = (): Refusal => refuse('callback_secret.missing', 'None was made yet.');

const put =
  ({ sql, exemptOrigins }: SettingsNeeds): Handle =>
  async (request) => {
    const body = readBody(request, PutCallbackSettings);
    if (body.outcome === 'refused') return body;
    const refused = checkUrl('url', body.value.url ?? undefined, exemptOrigins);
    if (refused) return refused;
    const { clientId } = callerOf(request);
    const settings = await putCallbackSettings(sql, clientId, body.value);
    if (settings) return answer(200, settings);
    return (await readCallbackSettings(sql, clientId)) ? noSecret() : noSuchClient();
  };

/** 160 bits. It is encrypted before it is written: a secret that could not be shown would sign all the same. */
const rotate =
  ({ sql, encryptSecret }: SettingsNeeds): Handle =>
  async (request) => {
    const body = readBody(request.body ? request : { ...request, body: '{}' }, RotateSecret);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'rotateCallbackSecret', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const { clientId } = callerOf(request);
    const secret = toBase32(randomBytes(20));
    const rotated = await rotateCallbackSecret(
      sql,
      {
        id: uuidV7(),
        client_id: clientId,
        ciphertext_base64: await encryptSecret(secret, clientId),
        created_at: new Date().toISOString(),
        keep: body.value.keep ?? null,
      },
      keyed.key,
    );
    switch (rotated.outcome) {
      case 'mismatch':
        return keyMismatch();
      case 'overlap':
        return refuse('callback_secret.overlap', 'A third would cut off whoever verifies with the oldest.');
      case 'no-such-secret':
        return refuseField('keep', 'is no secret of this client');
      case 'no-such-client':
        return noSuchClient();
      default: {
        const isReplay = rotated.outcome === 'replayed';
        const view: RotatedSecret = {
          id: rotated.id,
          secret: isReplay ? null : secret,
          secrets: [...rotated.secrets],
        };
        return { ...answer(201, view, isReplay ? { 'idempotent-replayed': 'true' } : {}), isSecret: true };
      }
    }
  };

/** Where callbacks go, and what signs them. */
export const createSettingsHandles = (needs: SettingsNeeds): Handles<Operations> => ({
  getCallbackSettings: async (request) => {
    const settings = await readCallbackSettings(needs.sql, callerOf(request).clientId);
    return settings ? answer(200, settings) : noSuchClient();
  },
  putCallbackSettings: put(needs),
  rotateCallbackSecret: rotate(needs),
  endCallbackSecretOverlap: async (request) =>
    (await endSecretOverlap(needs.sql, callerOf(request).clientId))
      ? answer(204, null)
      : refuse('callback_secret.not_found', 'At most one is valid.'),
});
