import type { ClientView, CreateClient } from '#shared/contracts/admin.ts';

/** What an operator may set, as columns of `clients` and as fields of a JSON object of the same names. */
const types: Readonly<Record<Exclude<keyof CreateClient, 'credit_cents'>, string>> = {
  name: 'text',
  part_price_cents: 'bigint',
  default_sender: 'text',
  allowed_senders: 'text[]',
  allowed_countries: 'text[]',
  rate_per_second: 'integer',
  burst: 'integer',
  national_languages: 'text[]',
  daily_spend_cap_cents: 'bigint',
  prefix_messages_per_hour: 'integer',
  low_balance_cents: 'bigint',
  unknown_policy: 'text',
  callback_url: 'text',
  callback_types: 'text[]',
};

const names = Object.keys(types);

/** The columns, joined by commas. */
export const settingColumns = names.join(', ');

/** The same of the alias `alias`. */
export const settingsOf = (alias: string): string => names.map((name) => `${alias}.${name}`).join(', ');

/** The same with their types, as `jsonb_to_record` wants them. */
export const typedSettings = Object.entries(types)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');

/** The columns of a ClientRow of the client `c`. */
export const clientColumns = `c.id, ${settingsOf('c')}, c.credit_cents AS available_cents, c.suspended_at, c.created_at`;

export type ClientRow = Omit<ClientView, 'suspended_at' | 'created_at'> & {
  readonly suspended_at: Date | null;
  readonly created_at: Date;
};

export const toClientView = ({ suspended_at, created_at, ...row }: ClientRow): ClientView => ({
  ...row,
  suspended_at: suspended_at?.toISOString() ?? null,
  created_at: created_at.toISOString(),
});
