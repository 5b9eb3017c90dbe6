/** Who does something with the admin scope, and within which request. */
export interface Actor {
  readonly clientId: string;
  readonly keyId: string;
  readonly correlationId: string;
}

/** Parameters that `auditEntry` needs beside those of the statement it belongs to. */
export const actorParameters = ({ clientId, keyId, correlationId }: Actor) => ({
  actor_client_id: clientId,
  actor_key_id: keyId,
  correlation_id: correlationId,
});

/**
 * A common table expression that writes down what a statement did, once for each row of `from`: the entry is there if
 * and only if the deed is.
 *
 * @param action a noun and a past participle: `client.created`.
 * @param subject an SQL expression of the thing's name: `'client ' || id`.
 * @param detail an SQL expression of type jsonb, without secrets.
 */
export const auditEntry = (action: string, from: string, subject: string, detail = `'{}'::jsonb`): string => `
audit AS (
  INSERT INTO audit_entries (id, actor_client_id, actor_key_id, action, subject, detail, correlation_id)
  SELECT new_uuid_v7(), :actor_client_id::uuid, :actor_key_id, '${action}', ${subject}, ${detail}, :correlation_id
  FROM ${from}
)`;
