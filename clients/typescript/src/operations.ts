// Made from docs/openapi.json by `npm run client`.

export interface Operations {
  /** Accept a message: its price is held, and it is on its way or scheduled. */
  readonly submitMessage: {
    readonly request: {
      readonly body: {
        readonly to: string;
        readonly from?: string;
        readonly text?: string;
        readonly data_hex?: string;
        readonly udh_hex?: string;
        readonly data_coding?: number;
        readonly protocol_id?: number;
        readonly encoding?: 'auto' | 'gsm7' | 'ucs2';
        readonly priority?: 'high' | 'normal' | 'bulk';
        readonly send_at?: string;
        readonly validity_seconds?: number;
        readonly callback_url?: string;
        readonly reference?: string;
        readonly metadata?: Readonly<Record<string, string>>;
        readonly max_parts?: number;
        readonly dry_run?: boolean;
      };
    };
    readonly answer:
      | {
          readonly dry_run: true;
          readonly to: string;
          readonly from: string;
          readonly country: string | null;
          readonly parts: number;
          readonly encoding: 'gsm7' | 'ucs2' | 'binary';
          readonly part_price_cents: number;
          readonly cost_cents: number;
          readonly would_be: 'accepted' | 'refused';
          readonly problem: {
            readonly type: 'about:blank';
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            readonly code: string;
            readonly request_id: string;
            readonly errors?: readonly { readonly path: string; readonly message: string }[];
          } | null;
        }
      | {
          readonly id: string;
          readonly status: 'QUEUED' | 'SCHEDULED';
          readonly to: string;
          readonly from: string;
          readonly parts: number;
          readonly encoding: 'gsm7' | 'ucs2' | 'binary';
          readonly cost_cents: number;
          readonly reference: string | null;
          readonly is_test: boolean;
          readonly expires_at: string;
          readonly created_at: string;
        };
  };
  /** Messages, newest first. */
  readonly listMessages: {
    readonly request: {
      readonly query?: {
        readonly status?:
          | 'SCHEDULED'
          | 'QUEUED'
          | 'SENDING'
          | 'SENT'
          | 'DELIVERED'
          | 'FAILED_TEMP'
          | 'FAILED_PERM'
          | 'CANCELLED'
          | 'EXPIRED'
          | 'UNKNOWN';
        readonly to?: string;
        readonly reference?: string;
        readonly from_time?: string;
        readonly to_time?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly messages: readonly {
        readonly id: string;
        readonly status:
          | 'SCHEDULED'
          | 'QUEUED'
          | 'SENDING'
          | 'SENT'
          | 'DELIVERED'
          | 'FAILED_TEMP'
          | 'FAILED_PERM'
          | 'CANCELLED'
          | 'EXPIRED'
          | 'UNKNOWN';
        readonly to: string;
        readonly from: string;
        readonly country: string | null;
        readonly encoding: 'gsm7' | 'ucs2' | 'binary';
        readonly parts: number;
        readonly priority: 'high' | 'normal' | 'bulk';
        readonly cost_cents: number;
        readonly reference: string | null;
        readonly is_test: boolean;
        readonly error: string | null;
        readonly created_at: string;
        readonly expires_at: string;
        readonly final_at: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Accept up to 1,000 messages in one go; each is accepted or refused for itself. */
  readonly submitBatch: {
    readonly request: {
      readonly body: {
        readonly messages: readonly {
          readonly to: string;
          readonly from?: string;
          readonly text?: string;
          readonly data_hex?: string;
          readonly udh_hex?: string;
          readonly data_coding?: number;
          readonly protocol_id?: number;
          readonly encoding?: 'auto' | 'gsm7' | 'ucs2';
          readonly priority?: 'high' | 'normal' | 'bulk';
          readonly send_at?: string;
          readonly validity_seconds?: number;
          readonly callback_url?: string;
          readonly reference?: string;
          readonly metadata?: Readonly<Record<string, string>>;
          readonly max_parts?: number;
        }[];
      };
    };
    readonly answer: {
      readonly accepted: readonly {
        readonly id: string;
        readonly status: 'QUEUED' | 'SCHEDULED';
        readonly to: string;
        readonly from: string;
        readonly parts: number;
        readonly encoding: 'gsm7' | 'ucs2' | 'binary';
        readonly cost_cents: number;
        readonly reference: string | null;
        readonly is_test: boolean;
        readonly expires_at: string;
        readonly created_at: string;
        readonly index: number;
      }[];
      readonly rejected: readonly {
        readonly index: number;
        readonly problem: {
          readonly type: 'about:blank';
          readonly title: string;
          readonly status: number;
          readonly detail: string;
          readonly code: string;
          readonly request_id: string;
          readonly errors?: readonly { readonly path: string; readonly message: string }[];
        };
      }[];
    };
  };
  /** A message with its parts and its history. */
  readonly getMessage: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly status:
        | 'SCHEDULED'
        | 'QUEUED'
        | 'SENDING'
        | 'SENT'
        | 'DELIVERED'
        | 'FAILED_TEMP'
        | 'FAILED_PERM'
        | 'CANCELLED'
        | 'EXPIRED'
        | 'UNKNOWN';
      readonly to: string;
      readonly from: string;
      readonly country: string | null;
      readonly text: string | null;
      readonly data_hex: string | null;
      readonly udh_hex: string | null;
      readonly data_coding: number | null;
      readonly protocol_id: number | null;
      readonly encoding: 'gsm7' | 'ucs2' | 'binary';
      readonly priority: 'high' | 'normal' | 'bulk';
      readonly attempt: number;
      readonly possible_duplicate: boolean;
      readonly cost_cents: number;
      readonly captured_cents: number;
      readonly released_cents: number;
      readonly reference: string | null;
      readonly metadata: Readonly<Record<string, string>> | null;
      readonly is_test: boolean;
      readonly error: string | null;
      readonly created_at: string;
      readonly expires_at: string;
      readonly final_at: string | null;
      readonly parts: readonly {
        readonly number: number;
        readonly state: string;
        readonly smsc_message_ids: readonly string[];
        readonly error: string | null;
      }[];
      readonly history: readonly {
        readonly type: string;
        readonly part: number | null;
        readonly attempt: number | null;
        readonly detail: Readonly<Record<string, unknown>>;
        readonly at: string;
      }[];
    };
  };
  /** Cancel a message that has not been sent: its whole price is released. */
  readonly cancelMessage: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly status:
        | 'SCHEDULED'
        | 'QUEUED'
        | 'SENDING'
        | 'SENT'
        | 'DELIVERED'
        | 'FAILED_TEMP'
        | 'FAILED_PERM'
        | 'CANCELLED'
        | 'EXPIRED'
        | 'UNKNOWN';
      readonly to: string;
      readonly from: string;
      readonly country: string | null;
      readonly text: string | null;
      readonly data_hex: string | null;
      readonly udh_hex: string | null;
      readonly data_coding: number | null;
      readonly protocol_id: number | null;
      readonly encoding: 'gsm7' | 'ucs2' | 'binary';
      readonly priority: 'high' | 'normal' | 'bulk';
      readonly attempt: number;
      readonly possible_duplicate: boolean;
      readonly cost_cents: number;
      readonly captured_cents: number;
      readonly released_cents: number;
      readonly reference: string | null;
      readonly metadata: Readonly<Record<string, string>> | null;
      readonly is_test: boolean;
      readonly error: string | null;
      readonly created_at: string;
      readonly expires_at: string;
      readonly final_at: string | null;
      readonly parts: readonly {
        readonly number: number;
        readonly state: string;
        readonly smsc_message_ids: readonly string[];
        readonly error: string | null;
      }[];
      readonly history: readonly {
        readonly type: string;
        readonly part: number | null;
        readonly attempt: number | null;
        readonly detail: Readonly<Record<string, unknown>>;
        readonly at: string;
      }[];
    };
  };
  /** Everything that happened to a message, in one story. */
  readonly getMessageTimeline: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly status:
        | 'SCHEDULED'
        | 'QUEUED'
        | 'SENDING'
        | 'SENT'
        | 'DELIVERED'
        | 'FAILED_TEMP'
        | 'FAILED_PERM'
        | 'CANCELLED'
        | 'EXPIRED'
        | 'UNKNOWN';
      readonly entries: readonly {
        readonly at: string;
        readonly source: 'api' | 'queue' | 'smpp' | 'receipt' | 'ledger' | 'callback';
        readonly what: string;
        readonly detail: Readonly<Record<string, unknown>>;
      }[];
      readonly is_cut: boolean;
    };
  };
  /** The credit, granted = available + held + captured, and its limits. */
  readonly getAccount: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly client_id: string;
      readonly name: string;
      readonly available_cents: number;
      readonly held_cents: number;
      readonly captured_cents: number;
      readonly granted_cents: number;
      readonly part_price_cents: number;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly spent_today_cents: number;
      readonly low_balance_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly suspended: boolean;
    };
  };
  /** Every movement of credit, the newest first. All pages are of the moment that the first was read at. */
  readonly listLedger: {
    readonly request: {
      readonly query?: {
        readonly kind?: 'GRANT' | 'HOLD' | 'CAPTURE' | 'RELEASE';
        readonly message_id?: string;
        readonly from_time?: string;
        readonly to_time?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly entries: readonly {
        readonly id: string;
        readonly message_id: string | null;
        readonly part: number | null;
        readonly kind: 'GRANT' | 'HOLD' | 'CAPTURE' | 'RELEASE';
        readonly amount_cents: number;
        readonly balance_cents: number;
        readonly source: string | null;
        readonly reason: string | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A statement as CSV, the oldest movement first. A part of it has the next one in Link, rel="next". */
  readonly exportStatement: {
    readonly request: {
      readonly query?: {
        readonly month?: string;
        readonly from_time?: string;
        readonly to_time?: string;
        readonly cursor?: string;
      };
    };
    readonly answer: string;
  };
  /** What a part costs, by the digits that a number begins with. */
  readonly getPriceSheet: {
    readonly request: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly part_price_cents: number;
      readonly prices: readonly {
        readonly prefix: string;
        readonly part_price_cents: number;
        readonly country: string | null;
        readonly country_name: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Make a client, with its opening credit. */
  readonly createClient: {
    readonly request: {
      readonly body: {
        readonly name: string;
        readonly part_price_cents: number;
        readonly default_sender?: string;
        readonly allowed_senders?: readonly string[] | null;
        readonly allowed_countries?: readonly string[] | null;
        readonly rate_per_second?: number;
        readonly burst?: number;
        readonly daily_spend_cap_cents?: number | null;
        readonly prefix_messages_per_hour?: number | null;
        readonly low_balance_cents?: number | null;
        readonly unknown_policy?: 'capture' | 'release';
        readonly callback_url?: string | null;
        readonly callback_types?: readonly (
          | 'message.sent'
          | 'message.delivered'
          | 'message.failed'
          | 'message.expired'
          | 'message.received'
          | 'account.low_balance'
          | 'callback.test'
        )[];
        readonly credit_cents?: number;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly part_price_cents: number;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly low_balance_cents: number | null;
      readonly unknown_policy: 'capture' | 'release';
      readonly callback_url: string | null;
      readonly callback_types: readonly string[];
      readonly available_cents: number;
      readonly suspended_at: string | null;
      readonly created_at: string;
    };
  };
  /** Clients, the newest first. */
  readonly listClients: {
    readonly request: {
      readonly query?: { readonly name?: string; readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly clients: readonly {
        readonly id: string;
        readonly name: string;
        readonly part_price_cents: number;
        readonly default_sender: string;
        readonly allowed_senders: readonly string[] | null;
        readonly allowed_countries: readonly string[] | null;
        readonly rate_per_second: number;
        readonly burst: number;
        readonly daily_spend_cap_cents: number | null;
        readonly prefix_messages_per_hour: number | null;
        readonly low_balance_cents: number | null;
        readonly unknown_policy: 'capture' | 'release';
        readonly callback_url: string | null;
        readonly callback_types: readonly string[];
        readonly available_cents: number;
        readonly suspended_at: string | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A client. */
  readonly getClient: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly part_price_cents: number;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly low_balance_cents: number | null;
      readonly unknown_policy: 'capture' | 'release';
      readonly callback_url: string | null;
      readonly callback_types: readonly string[];
      readonly available_cents: number;
      readonly suspended_at: string | null;
      readonly created_at: string;
    };
  };
  /** Change what is given; the rest stays. In force within a minute. */
  readonly changeClient: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly name?: string;
        readonly part_price_cents?: number;
        readonly default_sender?: string;
        readonly allowed_senders?: readonly string[] | null;
        readonly allowed_countries?: readonly string[] | null;
        readonly rate_per_second?: number;
        readonly burst?: number;
        readonly daily_spend_cap_cents?: number | null;
        readonly prefix_messages_per_hour?: number | null;
        readonly low_balance_cents?: number | null;
        readonly unknown_policy?: 'capture' | 'release';
        readonly callback_url?: string | null;
        readonly callback_types?: readonly (
          | 'message.sent'
          | 'message.delivered'
          | 'message.failed'
          | 'message.expired'
          | 'message.received'
          | 'account.low_balance'
          | 'callback.test'
        )[];
      };
    };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly part_price_cents: number;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly low_balance_cents: number | null;
      readonly unknown_policy: 'capture' | 'release';
      readonly callback_url: string | null;
      readonly callback_types: readonly string[];
      readonly available_cents: number;
      readonly suspended_at: string | null;
      readonly created_at: string;
    };
  };
  /** Suspend a client: within a minute its keys and tokens are refused. */
  readonly suspendClient: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly part_price_cents: number;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly low_balance_cents: number | null;
      readonly unknown_policy: 'capture' | 'release';
      readonly callback_url: string | null;
      readonly callback_types: readonly string[];
      readonly available_cents: number;
      readonly suspended_at: string | null;
      readonly created_at: string;
    };
  };
  /** Let a suspended client go on. */
  readonly resumeClient: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly part_price_cents: number;
      readonly default_sender: string;
      readonly allowed_senders: readonly string[] | null;
      readonly allowed_countries: readonly string[] | null;
      readonly rate_per_second: number;
      readonly burst: number;
      readonly daily_spend_cap_cents: number | null;
      readonly prefix_messages_per_hour: number | null;
      readonly low_balance_cents: number | null;
      readonly unknown_policy: 'capture' | 'release';
      readonly callback_url: string | null;
      readonly callback_types: readonly string[];
      readonly available_cents: number;
      readonly suspended_at: string | null;
      readonly created_at: string;
    };
  };
  /** Issue an API key; it is shown this once. */
  readonly createApiKey: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly name: string;
        readonly scopes: readonly (
          | 'messages:read'
          | 'messages:write'
          | 'pushes:read'
          | 'pushes:write'
          | 'cas:read'
          | 'cas:write'
          | 'admin'
        )[];
        readonly expires_at?: string | null;
        readonly is_test?: boolean;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly client_id: string;
      readonly name: string;
      readonly scopes: readonly string[];
      readonly is_test: boolean;
      readonly expires_at: string | null;
      readonly revoked_at: string | null;
      readonly replaced_by: string | null;
      readonly created_at: string;
      readonly api_key: string | null;
    };
  };
  /** The API keys of a client, the newest first. */
  readonly listApiKeys: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly keys: readonly {
        readonly id: string;
        readonly client_id: string;
        readonly name: string;
        readonly scopes: readonly string[];
        readonly is_test: boolean;
        readonly expires_at: string | null;
        readonly revoked_at: string | null;
        readonly replaced_by: string | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Issue a key in place of another, which goes on to work for the overlap. */
  readonly rotateApiKey: {
    readonly request: {
      readonly path: { readonly id: string; readonly key_id: string };
      readonly body: { readonly overlap_seconds?: number };
    };
    readonly answer: {
      readonly id: string;
      readonly client_id: string;
      readonly name: string;
      readonly scopes: readonly string[];
      readonly is_test: boolean;
      readonly expires_at: string | null;
      readonly revoked_at: string | null;
      readonly replaced_by: string | null;
      readonly created_at: string;
      readonly api_key: string | null;
    };
  };
  /** Revoke a key for good: within a minute it is refused. */
  readonly revokeApiKey: {
    readonly request: { readonly path: { readonly id: string; readonly key_id: string } };
    readonly answer: null;
  };
  /** Top up the credit of a client, or adjust it. */
  readonly grantCredit: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: { readonly amount_cents: number; readonly kind: 'top_up' | 'adjustment'; readonly reason: string };
    };
    readonly answer: {
      readonly id: string;
      readonly client_id: string;
      readonly kind: 'top_up' | 'adjustment';
      readonly amount_cents: number;
      readonly reason: string;
      readonly available_cents: number;
      readonly created_at: string;
    };
  };
  /** Every movement of the credit of a client. */
  readonly listClientLedger: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: {
        readonly kind?: 'GRANT' | 'HOLD' | 'CAPTURE' | 'RELEASE';
        readonly message_id?: string;
        readonly from_time?: string;
        readonly to_time?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly entries: readonly {
        readonly id: string;
        readonly message_id: string | null;
        readonly part: number | null;
        readonly kind: 'GRANT' | 'HOLD' | 'CAPTURE' | 'RELEASE';
        readonly amount_cents: number;
        readonly balance_cents: number;
        readonly source: string | null;
        readonly reason: string | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** The prices of a client of its own, or without `client_id` the general ones, by prefix. */
  readonly listPrices: {
    readonly request: {
      readonly query?: { readonly limit?: number; readonly cursor?: string; readonly client_id?: string };
    };
    readonly answer: {
      readonly client_id: string | null;
      readonly prices: readonly {
        readonly prefix: string;
        readonly part_price_cents: number;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Set prices of a list; what is not named stays. In force at once. */
  readonly setPrices: {
    readonly request: {
      readonly body: {
        readonly client_id: string | null;
        readonly prices: readonly { readonly prefix: string; readonly part_price_cents: number }[];
      };
    };
    readonly answer: { readonly client_id: string | null; readonly prices: number };
  };
  /** Remove a price from a list. */
  readonly removePrice: {
    readonly request: { readonly path: { readonly prefix: string }; readonly query?: { readonly client_id?: string } };
    readonly answer: null;
  };
  /** How many messages lie in each dead-letter queue; the runbook says what to do about them. */
  readonly listDeadLetters: {
    readonly request: Record<never, never>;
    readonly answer: { readonly queues: readonly { readonly queue: string; readonly messages: number }[] };
  };
  /** What was done with the scope admin, the newest first. */
  readonly listAudit: {
    readonly request: {
      readonly query?: {
        readonly subject?: string;
        readonly action?: string;
        readonly actor?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly entries: readonly {
        readonly id: string;
        readonly at: string;
        readonly actor_client_id: string;
        readonly actor_key_id: string;
        readonly action: string;
        readonly subject: string;
        readonly detail: Readonly<Record<string, unknown>>;
        readonly request_id: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Where callbacks go, of which types, and how many secrets sign them. */
  readonly getCallbackSettings: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly url: string | null;
      readonly types: readonly string[];
      readonly secrets: readonly { readonly id: string; readonly created_at: string }[];
    };
  };
  /** Say where callbacks go, and of which types; a secret must have been made before. */
  readonly putCallbackSettings: {
    readonly request: {
      readonly body: {
        readonly url: string | null;
        readonly types: readonly (
          | 'message.sent'
          | 'message.delivered'
          | 'message.failed'
          | 'message.expired'
          | 'message.received'
          | 'account.low_balance'
          | 'callback.test'
        )[];
      };
    };
    readonly answer: {
      readonly url: string | null;
      readonly types: readonly string[];
      readonly secrets: readonly { readonly id: string; readonly created_at: string }[];
    };
  };
  /** Make a new signing secret: the one before goes on to sign beside it until the overlap is ended. */
  readonly rotateCallbackSecret: {
    readonly request: { readonly body: { readonly keep?: string } };
    readonly answer: {
      readonly id: string;
      readonly secret: string | null;
      readonly secrets: readonly { readonly id: string; readonly created_at: string }[];
    };
  };
  /** End the overlap: only the newest secret signs. */
  readonly endCallbackSecretOverlap: {
    readonly request: Record<never, never>;
    readonly answer: null;
  };
  /** Have a callback.test sent to the URL of the settings. */
  readonly testCallback: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly id: string;
      readonly type: string;
      readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
      readonly message_id: string | null;
      readonly url: string;
      readonly attempt: number;
      readonly next_attempt_at: string | null;
      readonly last_status: number | null;
      readonly last_error: string | null;
      readonly created_at: string;
      readonly replayed_at: string | null;
      readonly finished_at: string | null;
      readonly data: unknown;
    };
  };
  /** Callbacks, newest first. */
  readonly listCallbacks: {
    readonly request: {
      readonly query?: {
        readonly state?: 'PENDING' | 'DELIVERED' | 'FAILED';
        readonly type?:
          | 'message.sent'
          | 'message.delivered'
          | 'message.failed'
          | 'message.expired'
          | 'message.received'
          | 'account.low_balance'
          | 'callback.test';
        readonly message_id?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly callbacks: readonly {
        readonly id: string;
        readonly type: string;
        readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
        readonly message_id: string | null;
        readonly url: string;
        readonly attempt: number;
        readonly next_attempt_at: string | null;
        readonly last_status: number | null;
        readonly last_error: string | null;
        readonly created_at: string;
        readonly replayed_at: string | null;
        readonly finished_at: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A callback with its data, its attempts and what came of the last one. */
  readonly getCallback: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly type: string;
      readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
      readonly message_id: string | null;
      readonly url: string;
      readonly attempt: number;
      readonly next_attempt_at: string | null;
      readonly last_status: number | null;
      readonly last_error: string | null;
      readonly created_at: string;
      readonly replayed_at: string | null;
      readonly finished_at: string | null;
      readonly data: unknown;
    };
  };
  /** Send a callback again that is DELIVERED or FAILED: same id, same data, for another 24 hours. */
  readonly replayCallback: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly type: string;
      readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
      readonly message_id: string | null;
      readonly url: string;
      readonly attempt: number;
      readonly next_attempt_at: string | null;
      readonly last_status: number | null;
      readonly last_error: string | null;
      readonly created_at: string;
      readonly replayed_at: string | null;
      readonly finished_at: string | null;
      readonly data: unknown;
    };
  };
  /** Numbers that do not want messages, in the order of their digits. */
  readonly listOptOuts: {
    readonly request: {
      readonly query?: { readonly prefix?: string; readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly opt_outs: readonly {
        readonly msisdn: string;
        readonly source: 'api' | 'inbound';
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Is this number on the opt-out list?. */
  readonly getOptOut: {
    readonly request: { readonly path: { readonly msisdn: string } };
    readonly answer: { readonly msisdn: string; readonly source: 'api' | 'inbound'; readonly created_at: string };
  };
  /** Put a number on the opt-out list: nothing is sent to it any more, and what waits fails without cost. */
  readonly putOptOut: {
    readonly request: { readonly path: { readonly msisdn: string } };
    readonly answer: { readonly msisdn: string; readonly source: 'api' | 'inbound'; readonly created_at: string };
  };
  /** Take a number off the opt-out list. */
  readonly deleteOptOut: {
    readonly request: { readonly path: { readonly msisdn: string } };
    readonly answer: null;
  };
  /** Erase a recipient's personal data; what is not final yet is erased once it is. */
  readonly eraseRecipient: {
    readonly request: { readonly path: { readonly msisdn: string } };
    readonly answer: {
      readonly id: string;
      readonly state: 'PENDING' | 'FINISHED';
      readonly messages: number;
      readonly requested_at: string;
      readonly finished_at: string | null;
    };
  };
  /** How far an erasure is. */
  readonly getErasure: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly state: 'PENDING' | 'FINISHED';
      readonly messages: number;
      readonly requested_at: string;
      readonly finished_at: string | null;
    };
  };
  /** Is the API alive?. */
  readonly getHealth: {
    readonly request: Record<never, never>;
    readonly answer: { readonly status: string };
  };
  /** Does every dependency answer?. */
  readonly getReadiness: {
    readonly request: Record<never, never>;
    readonly answer: { readonly status: string; readonly checks: Readonly<Record<string, string>> };
  };
  /** This document. */
  readonly getOpenApi: {
    readonly request: Record<never, never>;
    readonly answer: { readonly openapi: string };
  };
  /** This document, for people. */
  readonly getDocs: {
    readonly request: Record<never, never>;
    readonly answer: string;
  };
}

export const operations = {
  submitMessage: { method: 'POST', path: '/v1/messages', takesKey: true },
  listMessages: { method: 'GET', path: '/v1/messages', takesKey: false },
  submitBatch: { method: 'POST', path: '/v1/messages/batch', takesKey: true },
  getMessage: { method: 'GET', path: '/v1/messages/{id}', takesKey: false },
  cancelMessage: { method: 'DELETE', path: '/v1/messages/{id}', takesKey: false },
  getMessageTimeline: { method: 'GET', path: '/v1/messages/{id}/timeline', takesKey: false },
  getAccount: { method: 'GET', path: '/v1/account', takesKey: false },
  listLedger: { method: 'GET', path: '/v1/account/ledger', takesKey: false },
  exportStatement: { method: 'GET', path: '/v1/account/statement', takesKey: false },
  getPriceSheet: { method: 'GET', path: '/v1/prices', takesKey: false },
  createClient: { method: 'POST', path: '/v1/admin/clients', takesKey: true },
  listClients: { method: 'GET', path: '/v1/admin/clients', takesKey: false },
  getClient: { method: 'GET', path: '/v1/admin/clients/{id}', takesKey: false },
  changeClient: { method: 'PATCH', path: '/v1/admin/clients/{id}', takesKey: false },
  suspendClient: { method: 'POST', path: '/v1/admin/clients/{id}/suspend', takesKey: true },
  resumeClient: { method: 'POST', path: '/v1/admin/clients/{id}/resume', takesKey: true },
  createApiKey: { method: 'POST', path: '/v1/admin/clients/{id}/keys', takesKey: true },
  listApiKeys: { method: 'GET', path: '/v1/admin/clients/{id}/keys', takesKey: false },
  rotateApiKey: { method: 'POST', path: '/v1/admin/clients/{id}/keys/{key_id}/rotate', takesKey: true },
  revokeApiKey: { method: 'DELETE', path: '/v1/admin/clients/{id}/keys/{key_id}', takesKey: false },
  grantCredit: { method: 'POST', path: '/v1/admin/clients/{id}/credits', takesKey: true },
  listClientLedger: { method: 'GET', path: '/v1/admin/clients/{id}/ledger', takesKey: false },
  listPrices: { method: 'GET', path: '/v1/admin/prices', takesKey: false },
  setPrices: { method: 'PUT', path: '/v1/admin/prices', takesKey: false },
  removePrice: { method: 'DELETE', path: '/v1/admin/prices/{prefix}', takesKey: false },
  listDeadLetters: { method: 'GET', path: '/v1/admin/dead-letters', takesKey: false },
  listAudit: { method: 'GET', path: '/v1/admin/audit', takesKey: false },
  getCallbackSettings: { method: 'GET', path: '/v1/callback-settings', takesKey: false },
  putCallbackSettings: { method: 'PUT', path: '/v1/callback-settings', takesKey: false },
  rotateCallbackSecret: { method: 'POST', path: '/v1/callback-settings/secret', takesKey: true },
  endCallbackSecretOverlap: { method: 'DELETE', path: '/v1/callback-settings/secret/previous', takesKey: false },
  testCallback: { method: 'POST', path: '/v1/callback-settings/test', takesKey: true },
  listCallbacks: { method: 'GET', path: '/v1/callbacks', takesKey: false },
  getCallback: { method: 'GET', path: '/v1/callbacks/{id}', takesKey: false },
  replayCallback: { method: 'POST', path: '/v1/callbacks/{id}/replay', takesKey: true },
  listOptOuts: { method: 'GET', path: '/v1/opt-outs', takesKey: false },
  getOptOut: { method: 'GET', path: '/v1/opt-outs/{msisdn}', takesKey: false },
  putOptOut: { method: 'PUT', path: '/v1/opt-outs/{msisdn}', takesKey: false },
  deleteOptOut: { method: 'DELETE', path: '/v1/opt-outs/{msisdn}', takesKey: false },
  eraseRecipient: { method: 'DELETE', path: '/v1/recipients/{msisdn}', takesKey: false },
  getErasure: { method: 'GET', path: '/v1/recipients/erasures/{id}', takesKey: false },
  getHealth: { method: 'GET', path: '/healthz', takesKey: false },
  getReadiness: { method: 'GET', path: '/readyz', takesKey: false },
  getOpenApi: { method: 'GET', path: '/openapi.json', takesKey: false },
  getDocs: { method: 'GET', path: '/docs', takesKey: false },
} as const;
