import { KMSClient } from '@aws-sdk/client-kms';
import { v7 as uuidV7 } from 'uuid';
import { connectSmallSecrets } from '#shared/adapters/small-secrets.ts';
import type { IssuedClient, WantedClient } from '../support/issue-client.ts';
import type { RunningSignalbox } from '../support/running-signalbox.ts';

/** A client of its own for a run, called back at the receiver, and signed with the secret that the receiver knows. */
export const makeClient = async (box: RunningSignalbox, wanted: Partial<WantedClient> = {}): Promise<IssuedClient> => {
  const issued = await box.issueClient({ creditCents: 1_000_000, ...wanted });
  const { endpoints, operatorCredentials: credentials } = box.cloud;
  const kms = new KMSClient({ region: 'eu-central-1', endpoint: endpoints.kms, credentials });
  const context = { client_id: issued.clientId, purpose: 'callback-signing' };
  const ciphertext_base64 = await connectSmallSecrets('alias/signalbox-local-callbacks', kms).encrypt(
    Buffer.from(box.client.callbackSecret),
    context,
  );
  kms.destroy();
  await box.query('UPDATE clients SET callback_url = $2, callback_secrets = $3 WHERE id = $1', [
    issued.clientId,
    box.callbacks.url,
    JSON.stringify([{ id: uuidV7(), ciphertext_base64, created_at: new Date().toISOString() }]),
  ]);
  return issued;
};
