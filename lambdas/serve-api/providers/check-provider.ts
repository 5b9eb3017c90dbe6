import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { settingsSchemas } from '#shared/contracts/provider-admin.ts';
import type { ProviderKind } from '#shared/contracts/providers.ts';
import { refuseHost, refuseUrl } from '#shared/domain/provider-host.ts';
import { fieldErrors, refuseField, refuseFields } from '../read-body.ts';

const refuseAddress = (path: string, why: string): Refusal =>
  refuse('provider.address_refused', `${path} ${why}.`, [{ path, message: why }]);

const checkUrl = (text: string, exemptHosts: readonly string[]): Refusal | null => {
  const why = refuseUrl(new URL(text), exemptHosts);
  return why === undefined ? null : refuseAddress('url', why);
};

/**
 * The settings of a provider as a whole, or why it cannot be so: a field that its kind does not have, or an address
 * that is not on the public internet, as far as that can be said without resolving it.
 */
export const checkSettings = (
  kind: ProviderKind,
  settings: unknown,
  exemptHosts: readonly string[],
): { readonly outcome: 'settings'; readonly settings: Readonly<Record<string, unknown>> } | Refusal => {
  const parsed = settingsSchemas[kind].safeParse(settings);
  if (!parsed.success) return refuseFields(fieldErrors(parsed.error));
  const value = parsed.data;
  if ('url' in value) return checkUrl(value.url, exemptHosts) ?? { outcome: 'settings', settings: value };
  const why = refuseHost(value.host, exemptHosts);
  return why === undefined ? { outcome: 'settings', settings: value } : refuseAddress('host', why);
};

/** SMPP 3.4, 5.2.2; and what signs is as long as half of its SHA-256 at least. */
const passwordLengths = { smpp: { least: 1, most: 8 }, http: { least: 16, most: 128 } } as const;

/** Why this cannot be the password of such a provider; null when it can, or when there is none. */
export const checkPassword = (kind: ProviderKind, password: string | undefined): Refusal | null => {
  const { least, most } = passwordLengths[kind];
  if (password === undefined || (password.length >= least && password.length <= most)) return null;
  return refuseField('password', `has ${password.length} characters, and ${kind} takes ${least} to ${most}`);
};
