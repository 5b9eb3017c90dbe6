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
        readonly transliterate?: boolean;
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
          readonly language: string | null;
          readonly ucs2_because: string | null;
          readonly transliterated: {
            readonly characters: number;
            readonly changes: readonly { readonly from: string; readonly to: string; readonly times: number }[];
          } | null;
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
          readonly route: {
            readonly id: string;
            readonly prefix: string;
            readonly kind: 'text' | 'binary' | 'ota';
            readonly candidates: readonly {
              readonly provider: string;
              readonly success_rate: number;
              readonly latency_ms: number | null;
              readonly part_cost_micros: number | null;
              readonly score: number | null;
            }[];
          } | null;
        }
      | {
          readonly id: string;
          readonly status: 'QUEUED' | 'SCHEDULED';
          readonly to: string;
          readonly from: string;
          readonly parts: number;
          readonly encoding: 'gsm7' | 'ucs2' | 'binary';
          readonly language: string | null;
          readonly ucs2_because: string | null;
          readonly transliterated: {
            readonly characters: number;
            readonly changes: readonly { readonly from: string; readonly to: string; readonly times: number }[];
          } | null;
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
          readonly transliterate?: boolean;
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
        readonly language: string | null;
        readonly ucs2_because: string | null;
        readonly transliterated: {
          readonly characters: number;
          readonly changes: readonly { readonly from: string; readonly to: string; readonly times: number }[];
        } | null;
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
      readonly language: string | null;
      readonly ucs2_because: string | null;
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
      readonly language: string | null;
      readonly ucs2_because: string | null;
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
  /** Messages that telephones have sent to your numbers and keywords, the newest first. */
  readonly listInboundMessages: {
    readonly request: {
      readonly query?: {
        readonly from?: string;
        readonly to?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly messages: readonly {
        readonly id: string;
        readonly from: string;
        readonly to: string;
        readonly text: string | null;
        readonly data_hex: string | null;
        readonly data_coding: number;
        readonly udh_hex: string;
        readonly keyword: string | null;
        readonly command: 'stop' | 'stop-all' | 'start' | null;
        readonly parts: number;
        readonly parts_received: number;
        readonly is_complete: boolean;
        readonly received_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Push commands to a card: its packet is secured, delivered, and answered by the card. */
  readonly submitPush: {
    readonly request: {
      readonly body: {
        readonly iccid?: string;
        readonly to?: string;
        readonly tar: string;
        readonly apdus: readonly string[];
        readonly por?: 'none' | 'on_error' | 'always';
        readonly priority?: 'high' | 'normal' | 'bulk';
        readonly validity_seconds?: number;
        readonly callback_url?: string;
        readonly reference?: string;
        readonly metadata?: Readonly<Record<string, string>>;
        readonly dry_run?: boolean;
      };
    };
    readonly answer:
      | {
          readonly dry_run: true;
          readonly iccid: string;
          readonly to: string;
          readonly tar: string;
          readonly por: 'none' | 'on_error' | 'always';
          readonly security: {
            readonly spi: string;
            readonly kic: string;
            readonly kid: string;
            readonly key_version: number;
            readonly integrity: 'none' | 'rc' | 'cc' | 'ds';
            readonly ciphered: boolean;
            readonly counter_rule: 'none' | 'unchecked' | 'higher' | 'exact';
            readonly kic_algorithm: string;
            readonly kid_algorithm: string;
            readonly por_integrity: 'none' | 'rc' | 'cc' | 'ds';
            readonly por_ciphered: boolean;
            readonly por_via: 'deliver_report' | 'submit';
          };
          readonly format: 'compact' | 'expanded' | 'expanded_indefinite';
          readonly commands: readonly {
            readonly apdu: string;
            readonly instruction: string;
            readonly data_octets: number;
            readonly expected_octets: number | null;
          }[];
          readonly packet: {
            readonly cpl: number;
            readonly chl: number;
            readonly next_counter: number;
            readonly padding_octets: number;
            readonly checksum_octets: number;
            readonly data_hex: string;
            readonly octets: number;
          };
          readonly parts: number;
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
          readonly status:
            | 'WAITING'
            | 'BUILDING'
            | 'SENDING'
            | 'AWAITING_POR'
            | 'SUCCEEDED'
            | 'FAILED'
            | 'EXPIRED'
            | 'CANCELLED'
            | 'UNKNOWN';
          readonly iccid: string;
          readonly to: string;
          readonly tar: string;
          readonly por: 'none' | 'on_error' | 'always';
          readonly parts: number;
          readonly cost_cents: number;
          readonly reference: string | null;
          readonly expires_at: string;
          readonly created_at: string;
        };
  };
  /** Pushes, the newest first. */
  readonly listPushes: {
    readonly request: {
      readonly query?: {
        readonly status?:
          | 'WAITING'
          | 'BUILDING'
          | 'SENDING'
          | 'AWAITING_POR'
          | 'SUCCEEDED'
          | 'FAILED'
          | 'EXPIRED'
          | 'CANCELLED'
          | 'UNKNOWN';
        readonly iccid?: string;
        readonly from_time?: string;
        readonly to_time?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly pushes: readonly {
        readonly id: string;
        readonly status:
          | 'WAITING'
          | 'BUILDING'
          | 'SENDING'
          | 'AWAITING_POR'
          | 'SUCCEEDED'
          | 'FAILED'
          | 'EXPIRED'
          | 'CANCELLED'
          | 'UNKNOWN';
        readonly iccid: string;
        readonly to: string;
        readonly tar: string;
        readonly por: 'none' | 'on_error' | 'always';
        readonly cost_cents: number;
        readonly reference: string | null;
        readonly error: string | null;
        readonly created_at: string;
        readonly expires_at: string;
        readonly sent_at: string | null;
        readonly final_at: string | null;
        readonly parts: number;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A push with its whole trace, and what the card answered in words. */
  readonly getPush: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly status:
        | 'WAITING'
        | 'BUILDING'
        | 'SENDING'
        | 'AWAITING_POR'
        | 'SUCCEEDED'
        | 'FAILED'
        | 'EXPIRED'
        | 'CANCELLED'
        | 'UNKNOWN';
      readonly iccid: string;
      readonly to: string;
      readonly tar: string;
      readonly por: 'none' | 'on_error' | 'always';
      readonly cost_cents: number;
      readonly reference: string | null;
      readonly error: string | null;
      readonly created_at: string;
      readonly expires_at: string;
      readonly sent_at: string | null;
      readonly final_at: string | null;
      readonly metadata: Readonly<Record<string, string>> | null;
      readonly request_id: string;
      readonly security: {
        readonly spi: string;
        readonly kic: string;
        readonly kid: string;
        readonly key_version: number;
        readonly integrity: 'none' | 'rc' | 'cc' | 'ds';
        readonly ciphered: boolean;
        readonly counter_rule: 'none' | 'unchecked' | 'higher' | 'exact';
        readonly kic_algorithm: string;
        readonly kid_algorithm: string;
        readonly por_integrity: 'none' | 'rc' | 'cc' | 'ds';
        readonly por_ciphered: boolean;
        readonly por_via: 'deliver_report' | 'submit';
      };
      readonly format: 'compact' | 'expanded' | 'expanded_indefinite';
      readonly counter: number;
      readonly packet_sha256: string | null;
      readonly captured_cents: number | null;
      readonly released_cents: number | null;
      readonly response: {
        readonly status_code: number;
        readonly status_name: string;
        readonly status_words: string;
        readonly authenticated: boolean;
        readonly ciphered: boolean;
        readonly counter: string;
        readonly data_hex: string;
        readonly executed: number | null;
        readonly results: readonly {
          readonly status_word: string;
          readonly meaning: string;
          readonly outcome: 'ok' | 'warning' | 'error';
          readonly data_hex: string;
        }[];
      } | null;
      readonly parts: readonly {
        readonly number: number;
        readonly state: string;
        readonly smsc_message_ids: readonly string[];
        readonly error: string | null;
      }[];
      readonly trace: readonly {
        readonly at: string;
        readonly source: 'api' | 'line' | 'hsm' | 'queue' | 'smpp' | 'receipt' | 'card';
        readonly what: string;
        readonly detail: Readonly<Record<string, unknown>>;
      }[];
    };
  };
  /** The XML Schema of pushes. */
  readonly getPushSchema: {
    readonly request: Record<never, never>;
    readonly answer: string;
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
  /** What became of the parts that were sent, by the hour and by country; brought forward every five minutes. */
  readonly getStatistics: {
    readonly request: { readonly query?: { readonly from_time?: string; readonly to_time?: string } };
    readonly answer: {
      readonly from_time: string;
      readonly to_time: string;
      readonly total: {
        readonly submitted: number;
        readonly delivered: number;
        readonly failed: number;
        readonly expired: number;
        readonly latency_ms: number | null;
        readonly spent_cents: number;
      };
      readonly hours: readonly {
        readonly hour: string;
        readonly submitted: number;
        readonly delivered: number;
        readonly failed: number;
        readonly expired: number;
        readonly latency_ms: number | null;
        readonly spent_cents: number;
      }[];
      readonly destinations: readonly {
        readonly country: string | null;
        readonly submitted: number;
        readonly delivered: number;
        readonly failed: number;
        readonly expired: number;
        readonly latency_ms: number | null;
        readonly spent_cents: number;
      }[];
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
        readonly national_languages?: readonly (
          | 'tr'
          | 'es'
          | 'pt'
          | 'bn'
          | 'gu'
          | 'hi'
          | 'kn'
          | 'ml'
          | 'or'
          | 'pa'
          | 'ta'
          | 'te'
          | 'ur'
        )[];
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
          | 'push.succeeded'
          | 'push.failed'
          | 'push.expired'
          | 'push.unknown'
          | 'cas.request.processed'
          | 'cas.emm.on_air'
          | 'cas.emm.expired'
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
      readonly national_languages: readonly (
        | 'tr'
        | 'es'
        | 'pt'
        | 'bn'
        | 'gu'
        | 'hi'
        | 'kn'
        | 'ml'
        | 'or'
        | 'pa'
        | 'ta'
        | 'te'
        | 'ur'
      )[];
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
        readonly national_languages: readonly (
          | 'tr'
          | 'es'
          | 'pt'
          | 'bn'
          | 'gu'
          | 'hi'
          | 'kn'
          | 'ml'
          | 'or'
          | 'pa'
          | 'ta'
          | 'te'
          | 'ur'
        )[];
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
      readonly national_languages: readonly (
        | 'tr'
        | 'es'
        | 'pt'
        | 'bn'
        | 'gu'
        | 'hi'
        | 'kn'
        | 'ml'
        | 'or'
        | 'pa'
        | 'ta'
        | 'te'
        | 'ur'
      )[];
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
        readonly national_languages?: readonly (
          | 'tr'
          | 'es'
          | 'pt'
          | 'bn'
          | 'gu'
          | 'hi'
          | 'kn'
          | 'ml'
          | 'or'
          | 'pa'
          | 'ta'
          | 'te'
          | 'ur'
        )[];
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
          | 'push.succeeded'
          | 'push.failed'
          | 'push.expired'
          | 'push.unknown'
          | 'cas.request.processed'
          | 'cas.emm.on_air'
          | 'cas.emm.expired'
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
      readonly national_languages: readonly (
        | 'tr'
        | 'es'
        | 'pt'
        | 'bn'
        | 'gu'
        | 'hi'
        | 'kn'
        | 'ml'
        | 'or'
        | 'pa'
        | 'ta'
        | 'te'
        | 'ur'
      )[];
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
      readonly national_languages: readonly (
        | 'tr'
        | 'es'
        | 'pt'
        | 'bn'
        | 'gu'
        | 'hi'
        | 'kn'
        | 'ml'
        | 'or'
        | 'pa'
        | 'ta'
        | 'te'
        | 'ur'
      )[];
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
      readonly national_languages: readonly (
        | 'tr'
        | 'es'
        | 'pt'
        | 'bn'
        | 'gu'
        | 'hi'
        | 'kn'
        | 'ml'
        | 'or'
        | 'pa'
        | 'ta'
        | 'te'
        | 'ur'
      )[];
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
  /** Make a provider: the bridge binds to it within 30 seconds. */
  readonly createProvider: {
    readonly request: {
      readonly body:
        | {
            readonly name: string;
            readonly enabled?: boolean;
            readonly password?: string;
            readonly kind: 'smpp';
            readonly parts_per_second?: number | null;
            readonly burst?: number;
            readonly window?: number;
            readonly response_timeout_seconds?: number;
            readonly host: string;
            readonly port: number;
            readonly tls?: boolean;
            readonly system_id: string;
            readonly system_type?: string;
            readonly bind_type?: 'transceiver' | 'transmitter' | 'receiver';
            readonly binds?: number;
            readonly enquire_link_seconds?: number;
            readonly bind_timeout_seconds?: number;
            readonly default_alphabet?: 'gsm7' | 'ascii' | 'latin1';
            readonly long_messages?: 'udh8' | 'udh16' | 'sar' | 'payload';
            readonly id_format?: 'auto' | 'same' | 'decimal' | 'hexadecimal';
            readonly validity?: 'absolute' | 'relative' | 'none';
            readonly source_ton?: number | null;
            readonly source_npi?: number | null;
            readonly dest_ton?: number | null;
            readonly dest_npi?: number | null;
            readonly statuses?: Readonly<
              Record<
                string,
                | 'throttle'
                | 'transient'
                | 'session'
                | 'permanent'
                | 'vendor'
                | {
                    readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                    readonly most_tries?: number;
                  }
              >
            >;
            readonly plain_receipts?: 'refuse' | 'accept';
            readonly text_protocol_id?: number;
            readonly ota_protocol_id?: number;
            readonly ota_data_coding?: number;
          }
        | {
            readonly name: string;
            readonly enabled?: boolean;
            readonly password?: string;
            readonly kind: 'http';
            readonly parts_per_second?: number | null;
            readonly burst?: number;
            readonly window?: number;
            readonly response_timeout_seconds?: number;
            readonly url: string;
          };
    };
    readonly answer:
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'smpp';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly host: string;
          readonly port: number;
          readonly tls: boolean;
          readonly system_id: string;
          readonly system_type: string;
          readonly bind_type: 'transceiver' | 'transmitter' | 'receiver';
          readonly binds: number;
          readonly enquire_link_seconds: number;
          readonly bind_timeout_seconds: number;
          readonly default_alphabet: 'gsm7' | 'ascii' | 'latin1';
          readonly long_messages: 'udh8' | 'udh16' | 'sar' | 'payload';
          readonly id_format: 'auto' | 'same' | 'decimal' | 'hexadecimal';
          readonly validity: 'absolute' | 'relative' | 'none';
          readonly source_ton: number | null;
          readonly source_npi: number | null;
          readonly dest_ton: number | null;
          readonly dest_npi: number | null;
          readonly statuses: Readonly<
            Record<
              string,
              | 'throttle'
              | 'transient'
              | 'session'
              | 'permanent'
              | 'vendor'
              | {
                  readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                  readonly most_tries?: number;
                }
            >
          >;
          readonly plain_receipts: 'refuse' | 'accept';
          readonly text_protocol_id: number;
          readonly ota_protocol_id: number;
          readonly ota_data_coding: number;
        }
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'http';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly url: string;
        };
  };
  /** Providers, by name. */
  readonly listProviders: {
    readonly request: {
      readonly query?: { readonly kind?: 'smpp' | 'http'; readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly providers: readonly (
        | {
            readonly name: string;
            readonly enabled: boolean;
            readonly password_set_at: string | null;
            readonly traced_until: string | null;
            readonly created_at: string;
            readonly updated_at: string;
            readonly kind: 'smpp';
            readonly parts_per_second: number | null;
            readonly burst: number;
            readonly window: number;
            readonly response_timeout_seconds: number;
            readonly host: string;
            readonly port: number;
            readonly tls: boolean;
            readonly system_id: string;
            readonly system_type: string;
            readonly bind_type: 'transceiver' | 'transmitter' | 'receiver';
            readonly binds: number;
            readonly enquire_link_seconds: number;
            readonly bind_timeout_seconds: number;
            readonly default_alphabet: 'gsm7' | 'ascii' | 'latin1';
            readonly long_messages: 'udh8' | 'udh16' | 'sar' | 'payload';
            readonly id_format: 'auto' | 'same' | 'decimal' | 'hexadecimal';
            readonly validity: 'absolute' | 'relative' | 'none';
            readonly source_ton: number | null;
            readonly source_npi: number | null;
            readonly dest_ton: number | null;
            readonly dest_npi: number | null;
            readonly statuses: Readonly<
              Record<
                string,
                | 'throttle'
                | 'transient'
                | 'session'
                | 'permanent'
                | 'vendor'
                | {
                    readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                    readonly most_tries?: number;
                  }
              >
            >;
            readonly plain_receipts: 'refuse' | 'accept';
            readonly text_protocol_id: number;
            readonly ota_protocol_id: number;
            readonly ota_data_coding: number;
          }
        | {
            readonly name: string;
            readonly enabled: boolean;
            readonly password_set_at: string | null;
            readonly traced_until: string | null;
            readonly created_at: string;
            readonly updated_at: string;
            readonly kind: 'http';
            readonly parts_per_second: number | null;
            readonly burst: number;
            readonly window: number;
            readonly response_timeout_seconds: number;
            readonly url: string;
          }
      )[];
      readonly next_cursor: string | null;
    };
  };
  /** A provider, without its password. */
  readonly getProvider: {
    readonly request: { readonly path: { readonly name: string } };
    readonly answer:
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'smpp';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly host: string;
          readonly port: number;
          readonly tls: boolean;
          readonly system_id: string;
          readonly system_type: string;
          readonly bind_type: 'transceiver' | 'transmitter' | 'receiver';
          readonly binds: number;
          readonly enquire_link_seconds: number;
          readonly bind_timeout_seconds: number;
          readonly default_alphabet: 'gsm7' | 'ascii' | 'latin1';
          readonly long_messages: 'udh8' | 'udh16' | 'sar' | 'payload';
          readonly id_format: 'auto' | 'same' | 'decimal' | 'hexadecimal';
          readonly validity: 'absolute' | 'relative' | 'none';
          readonly source_ton: number | null;
          readonly source_npi: number | null;
          readonly dest_ton: number | null;
          readonly dest_npi: number | null;
          readonly statuses: Readonly<
            Record<
              string,
              | 'throttle'
              | 'transient'
              | 'session'
              | 'permanent'
              | 'vendor'
              | {
                  readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                  readonly most_tries?: number;
                }
            >
          >;
          readonly plain_receipts: 'refuse' | 'accept';
          readonly text_protocol_id: number;
          readonly ota_protocol_id: number;
          readonly ota_data_coding: number;
        }
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'http';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly url: string;
        };
  };
  /** Change what is given; the rest stays. In force within 30 seconds, without a restart. */
  readonly changeProvider: {
    readonly request: {
      readonly path: { readonly name: string };
      readonly body: {
        readonly enabled?: boolean;
        readonly password?: string;
        readonly traced_until?: string | null;
        readonly parts_per_second?: number | null;
        readonly burst?: number;
        readonly window?: number;
        readonly response_timeout_seconds?: number;
        readonly host?: string;
        readonly port?: number;
        readonly tls?: boolean;
        readonly system_id?: string;
        readonly system_type?: string;
        readonly bind_type?: 'transceiver' | 'transmitter' | 'receiver';
        readonly binds?: number;
        readonly enquire_link_seconds?: number;
        readonly bind_timeout_seconds?: number;
        readonly default_alphabet?: 'gsm7' | 'ascii' | 'latin1';
        readonly long_messages?: 'udh8' | 'udh16' | 'sar' | 'payload';
        readonly id_format?: 'auto' | 'same' | 'decimal' | 'hexadecimal';
        readonly validity?: 'absolute' | 'relative' | 'none';
        readonly source_ton?: number | null;
        readonly source_npi?: number | null;
        readonly dest_ton?: number | null;
        readonly dest_npi?: number | null;
        readonly statuses?: Readonly<
          Record<
            string,
            | 'throttle'
            | 'transient'
            | 'session'
            | 'permanent'
            | 'vendor'
            | {
                readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                readonly most_tries?: number;
              }
          >
        >;
        readonly plain_receipts?: 'refuse' | 'accept';
        readonly text_protocol_id?: number;
        readonly ota_protocol_id?: number;
        readonly ota_data_coding?: number;
        readonly url?: string;
      };
    };
    readonly answer:
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'smpp';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly host: string;
          readonly port: number;
          readonly tls: boolean;
          readonly system_id: string;
          readonly system_type: string;
          readonly bind_type: 'transceiver' | 'transmitter' | 'receiver';
          readonly binds: number;
          readonly enquire_link_seconds: number;
          readonly bind_timeout_seconds: number;
          readonly default_alphabet: 'gsm7' | 'ascii' | 'latin1';
          readonly long_messages: 'udh8' | 'udh16' | 'sar' | 'payload';
          readonly id_format: 'auto' | 'same' | 'decimal' | 'hexadecimal';
          readonly validity: 'absolute' | 'relative' | 'none';
          readonly source_ton: number | null;
          readonly source_npi: number | null;
          readonly dest_ton: number | null;
          readonly dest_npi: number | null;
          readonly statuses: Readonly<
            Record<
              string,
              | 'throttle'
              | 'transient'
              | 'session'
              | 'permanent'
              | 'vendor'
              | {
                  readonly means: 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';
                  readonly most_tries?: number;
                }
            >
          >;
          readonly plain_receipts: 'refuse' | 'accept';
          readonly text_protocol_id: number;
          readonly ota_protocol_id: number;
          readonly ota_data_coding: number;
        }
      | {
          readonly name: string;
          readonly enabled: boolean;
          readonly password_set_at: string | null;
          readonly traced_until: string | null;
          readonly created_at: string;
          readonly updated_at: string;
          readonly kind: 'http';
          readonly parts_per_second: number | null;
          readonly burst: number;
          readonly window: number;
          readonly response_timeout_seconds: number;
          readonly url: string;
        };
  };
  /** Remove a provider that no route names, with its password and prices. */
  readonly removeProvider: {
    readonly request: { readonly path: { readonly name: string } };
    readonly answer: null;
  };
  /** Whether it is up, and what each task of the bridge says of it. */
  readonly getProviderState: {
    readonly request: { readonly path: { readonly name: string } };
    readonly answer: {
      readonly name: string;
      readonly enabled: boolean;
      readonly status: 'up' | 'degraded' | 'down' | 'disabled' | 'unknown';
      readonly bound: number;
      readonly in_flight: number;
      readonly reasons: readonly string[];
      readonly tasks: readonly {
        readonly task: string;
        readonly slots: number;
        readonly bound: number;
        readonly window: number;
        readonly in_flight: number;
        readonly parts_per_second: number | null;
        readonly circuit_open: boolean;
        readonly reason: string | null;
        readonly updated_at: string;
      }[];
    };
  };
  /** What a provider achieved, cost and earned, by the hour; brought forward every five minutes. */
  readonly getProviderStatistics: {
    readonly request: {
      readonly path: { readonly name: string };
      readonly query?: { readonly from_time?: string; readonly to_time?: string };
    };
    readonly answer: {
      readonly provider: string;
      readonly from_time: string;
      readonly to_time: string;
      readonly total: {
        readonly submitted: number;
        readonly delivered: number;
        readonly failed: number;
        readonly expired: number;
        readonly latency_ms: number | null;
        readonly refused: number;
        readonly unknown: number;
        readonly success_rate: number | null;
        readonly errors: Readonly<Record<string, number>>;
        readonly receipts: Readonly<Record<string, number>>;
        readonly cost_micros: number;
        readonly price_cents: number;
        readonly margin_micros: number;
      };
      readonly hours: readonly {
        readonly hour: string;
        readonly submitted: number;
        readonly delivered: number;
        readonly failed: number;
        readonly expired: number;
        readonly latency_ms: number | null;
        readonly refused: number;
        readonly unknown: number;
        readonly success_rate: number | null;
        readonly errors: Readonly<Record<string, number>>;
        readonly receipts: Readonly<Record<string, number>>;
        readonly cost_micros: number;
        readonly price_cents: number;
        readonly margin_micros: number;
      }[];
    };
  };
  /** What a provider charges, by prefix. */
  readonly listProviderPrices: {
    readonly request: {
      readonly path: { readonly name: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly provider: string;
      readonly prices: readonly {
        readonly prefix: string;
        readonly part_cost_micros: number;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Set what a provider charges; prefixes that are not named stay. */
  readonly setProviderPrices: {
    readonly request: {
      readonly path: { readonly name: string };
      readonly body: { readonly prices: readonly { readonly prefix: string; readonly part_cost_micros: number }[] };
    };
    readonly answer: { readonly provider: string; readonly prices: number };
  };
  /** Remove a price; the prefix `any` is the empty one. */
  readonly removeProviderPrice: {
    readonly request: { readonly path: { readonly name: string; readonly prefix: string } };
    readonly answer: null;
  };
  /** Make a route. The longest prefix counts, then who names the client, the kind, the priority. */
  readonly createRoute: {
    readonly request: {
      readonly body: {
        readonly prefix?: string;
        readonly client_id?: string | null;
        readonly kind?: 'text' | 'binary' | 'ota' | null;
        readonly priority?: 'high' | 'normal' | 'bulk' | null;
        readonly enabled?: boolean;
        readonly candidates: readonly { readonly provider: string; readonly weight?: number }[];
      };
    };
    readonly answer: {
      readonly id: string;
      readonly prefix: string;
      readonly client_id: string | null;
      readonly kind: 'text' | 'binary' | 'ota' | null;
      readonly priority: 'high' | 'normal' | 'bulk' | null;
      readonly enabled: boolean;
      readonly candidates: readonly { readonly provider: string; readonly weight: number }[];
      readonly created_at: string;
      readonly updated_at: string;
    };
  };
  /** Routes, the newest first. */
  readonly listRoutes: {
    readonly request: {
      readonly query?: {
        readonly prefix?: string;
        readonly client_id?: string;
        readonly provider?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly routes: readonly {
        readonly id: string;
        readonly prefix: string;
        readonly client_id: string | null;
        readonly kind: 'text' | 'binary' | 'ota' | null;
        readonly priority: 'high' | 'normal' | 'bulk' | null;
        readonly enabled: boolean;
        readonly candidates: readonly { readonly provider: string; readonly weight: number }[];
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A route. */
  readonly getRoute: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly prefix: string;
      readonly client_id: string | null;
      readonly kind: 'text' | 'binary' | 'ota' | null;
      readonly priority: 'high' | 'normal' | 'bulk' | null;
      readonly enabled: boolean;
      readonly candidates: readonly { readonly provider: string; readonly weight: number }[];
      readonly created_at: string;
      readonly updated_at: string;
    };
  };
  /** Change what is given; the rest stays. In force at once for what is accepted, within 30 seconds for what is sent. */
  readonly changeRoute: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly prefix?: string;
        readonly client_id?: string | null;
        readonly kind?: 'text' | 'binary' | 'ota' | null;
        readonly priority?: 'high' | 'normal' | 'bulk' | null;
        readonly enabled?: boolean;
        readonly candidates?: readonly { readonly provider: string; readonly weight?: number }[];
      };
    };
    readonly answer: {
      readonly id: string;
      readonly prefix: string;
      readonly client_id: string | null;
      readonly kind: 'text' | 'binary' | 'ota' | null;
      readonly priority: 'high' | 'normal' | 'bulk' | null;
      readonly enabled: boolean;
      readonly candidates: readonly { readonly provider: string; readonly weight: number }[];
      readonly created_at: string;
      readonly updated_at: string;
    };
  };
  /** Remove a route. */
  readonly removeRoute: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: null;
  };
  /** How the candidates of a route are weighed. */
  readonly getRouting: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly price_weight: number;
      readonly success_weight: number;
      readonly latency_weight: number;
      readonly statistics_hours: number;
      readonly parts_per_second: number | null;
      readonly version: number;
    };
  };
  /** Change how they are weighed, and the rate of all providers together. */
  readonly changeRouting: {
    readonly request: {
      readonly body: {
        readonly price_weight?: number;
        readonly success_weight?: number;
        readonly latency_weight?: number;
        readonly statistics_hours?: number;
        readonly parts_per_second?: number | null;
      };
    };
    readonly answer: {
      readonly price_weight: number;
      readonly success_weight: number;
      readonly latency_weight: number;
      readonly statistics_hours: number;
      readonly parts_per_second: number | null;
      readonly version: number;
    };
  };
  /** Say whose the messages to a number or short code are, by the word they begin with if need be. */
  readonly createNumber: {
    readonly request: {
      readonly body: {
        readonly number: string;
        readonly provider?: string | null;
        readonly client_id?: string | null;
        readonly keywords?: Readonly<Record<string, string>>;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly number: string;
      readonly provider: string | null;
      readonly client_id: string | null;
      readonly keyword_count: number;
      readonly created_at: string;
      readonly updated_at: string;
      readonly keywords: Readonly<Record<string, string>>;
    };
  };
  /** Numbers that telephones can write to, the newest first. */
  readonly listNumbers: {
    readonly request: {
      readonly query?: {
        readonly number?: string;
        readonly client_id?: string;
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly numbers: readonly {
        readonly id: string;
        readonly number: string;
        readonly provider: string | null;
        readonly client_id: string | null;
        readonly keyword_count: number;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A number with its keywords. */
  readonly getNumber: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly number: string;
      readonly provider: string | null;
      readonly client_id: string | null;
      readonly keyword_count: number;
      readonly created_at: string;
      readonly updated_at: string;
      readonly keywords: Readonly<Record<string, string>>;
    };
  };
  /** Give a number to another client, or set and remove keywords. */
  readonly changeNumber: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly client_id?: string | null;
        readonly keywords?: Readonly<Record<string, string | null>>;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly number: string;
      readonly provider: string | null;
      readonly client_id: string | null;
      readonly keyword_count: number;
      readonly created_at: string;
      readonly updated_at: string;
      readonly keywords: Readonly<Record<string, string>>;
    };
  };
  /** Give a number up: what is sent to it from now on is stored, and nobody’s. */
  readonly removeNumber: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: null;
  };
  /** What kinds of cards there are, by name. */
  readonly listCardProfiles: {
    readonly request: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly profiles: readonly {
        readonly name: string;
        readonly command_cc_coverage: 'header' | 'lengths' | 'udh_and_lengths';
        readonly response_cc_coverage: 'header' | 'lengths' | 'udh_and_lengths';
        readonly cc_includes_padding: boolean;
        readonly cc_length: 4 | 8;
        readonly implicit_cipher:
          | 'des-cbc'
          | 'des-ecb'
          | '3des-2-cbc'
          | '3des-2-ecb'
          | '3des-3-cbc'
          | '3des-3-ecb'
          | 'aes-cbc'
          | null;
        readonly implicit_mac: 'des-cbc-mac' | '3des-2-cbc-mac' | '3des-3-cbc-mac' | 'aes-cmac' | null;
        readonly format: 'compact' | 'expanded' | 'expanded_indefinite';
        readonly spi: string;
        readonly reference_bits: 8 | 16;
        readonly max_parts: number;
        readonly counter_jump: number;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Say how a kind of card departs from the standards; it holds for what is pushed from now on. */
  readonly putCardProfile: {
    readonly request: {
      readonly path: { readonly name: string };
      readonly body: {
        readonly command_cc_coverage?: 'header' | 'lengths' | 'udh_and_lengths';
        readonly response_cc_coverage?: 'header' | 'lengths' | 'udh_and_lengths';
        readonly cc_includes_padding?: boolean;
        readonly cc_length?: 4 | 8;
        readonly implicit_cipher?:
          | 'des-cbc'
          | 'des-ecb'
          | '3des-2-cbc'
          | '3des-2-ecb'
          | '3des-3-cbc'
          | '3des-3-ecb'
          | 'aes-cbc'
          | null;
        readonly implicit_mac?: 'des-cbc-mac' | '3des-2-cbc-mac' | '3des-3-cbc-mac' | 'aes-cmac' | null;
        readonly format?: 'compact' | 'expanded' | 'expanded_indefinite';
        readonly spi?: string;
        readonly reference_bits?: 8 | 16;
        readonly max_parts?: number;
        readonly counter_jump?: number;
      };
    };
    readonly answer: {
      readonly name: string;
      readonly command_cc_coverage: 'header' | 'lengths' | 'udh_and_lengths';
      readonly response_cc_coverage: 'header' | 'lengths' | 'udh_and_lengths';
      readonly cc_includes_padding: boolean;
      readonly cc_length: 4 | 8;
      readonly implicit_cipher:
        | 'des-cbc'
        | 'des-ecb'
        | '3des-2-cbc'
        | '3des-2-ecb'
        | '3des-3-cbc'
        | '3des-3-ecb'
        | 'aes-cbc'
        | null;
      readonly implicit_mac: 'des-cbc-mac' | '3des-2-cbc-mac' | '3des-3-cbc-mac' | 'aes-cmac' | null;
      readonly format: 'compact' | 'expanded' | 'expanded_indefinite';
      readonly spi: string;
      readonly reference_bits: 8 | 16;
      readonly max_parts: number;
      readonly counter_jump: number;
      readonly updated_at: string;
    };
  };
  /** Import up to 1,000 lines of cards with their keys; each is written or refused for itself. */
  readonly importCards: {
    readonly request: {
      readonly body: {
        readonly lines: readonly {
          readonly line: number;
          readonly iccid: string;
          readonly msisdn?: string | null;
          readonly profile: string;
          readonly version: number;
          readonly kic_algorithm:
            | 'des-cbc'
            | 'des-ecb'
            | '3des-2-cbc'
            | '3des-3-cbc'
            | 'aes-cbc'
            | 'implicit'
            | 'implicit_4'
            | 'implicit_8'
            | 'implicit_12';
          readonly kid_algorithm:
            | 'des-cbc-mac'
            | '3des-2-cbc-mac'
            | '3des-3-cbc-mac'
            | 'aes-cmac'
            | 'crc-16'
            | 'crc-32'
            | 'implicit'
            | 'implicit_4'
            | 'implicit_8'
            | 'implicit_12';
          readonly location?: 'sealed' | 'hsm';
          readonly kic?: string | null;
          readonly kid?: string | null;
          readonly counter?: number;
        }[];
      };
    };
    readonly answer: {
      readonly imported: number;
      readonly known: number;
      readonly rejected: readonly {
        readonly line: number;
        readonly reason: 'malformed' | 'profile_unknown' | 'msisdn_taken' | 'line_repeated';
        readonly message: string;
        readonly errors: readonly { readonly path: string; readonly message: string }[];
      }[];
    };
  };
  /** Cards, by ICCID. */
  readonly listCards: {
    readonly request: {
      readonly query?: {
        readonly msisdn?: string;
        readonly profile?: string;
        readonly stopped?: 'true' | 'false';
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly cards: readonly {
        readonly iccid: string;
        readonly msisdn: string | null;
        readonly profile: string;
        readonly stopped_at: string | null;
        readonly stopped_for: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A card with its counters and its line. */
  readonly getCard: {
    readonly request: { readonly path: { readonly iccid: string } };
    readonly answer: {
      readonly iccid: string;
      readonly msisdn: string | null;
      readonly profile: string;
      readonly stopped_at: string | null;
      readonly stopped_for: string | null;
      readonly created_at: string;
      readonly updated_at: string;
      readonly keysets: readonly {
        readonly version: number;
        readonly kic_algorithm: string;
        readonly kid_algorithm: string;
        readonly location: 'sealed' | 'hsm';
        readonly last_counter: number;
        readonly created_at: string;
      }[];
      readonly waiting: number;
      readonly under_way: string | null;
    };
  };
  /** Let a card go on that was stopped: what waits in its line is sent. */
  readonly releaseCard: {
    readonly request: { readonly path: { readonly iccid: string } };
    readonly answer: {
      readonly iccid: string;
      readonly msisdn: string | null;
      readonly profile: string;
      readonly stopped_at: string | null;
      readonly stopped_for: string | null;
      readonly created_at: string;
      readonly updated_at: string;
      readonly keysets: readonly {
        readonly version: number;
        readonly kic_algorithm: string;
        readonly kid_algorithm: string;
        readonly location: 'sealed' | 'hsm';
        readonly last_counter: number;
        readonly created_at: string;
      }[];
      readonly waiting: number;
      readonly under_way: string | null;
    };
  };
  /** Which applications of cards a client may reach, by TAR. */
  readonly listTarAllowances: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly tars: readonly {
        readonly tar: string;
        readonly least_integrity: 'none' | 'rc' | 'cc';
        readonly must_cipher: boolean;
        readonly least_counter: 'none' | 'unchecked' | 'higher' | 'exact';
        readonly max_parts: number | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** Let a client reach an application of cards, and say how well it must be secured. */
  readonly putTarAllowance: {
    readonly request: {
      readonly path: { readonly id: string; readonly tar: string };
      readonly body: {
        readonly least_integrity?: 'none' | 'rc' | 'cc';
        readonly must_cipher?: boolean;
        readonly least_counter?: 'none' | 'unchecked' | 'higher' | 'exact';
        readonly max_parts?: number | null;
      };
    };
    readonly answer: {
      readonly tar: string;
      readonly least_integrity: 'none' | 'rc' | 'cc';
      readonly must_cipher: boolean;
      readonly least_counter: 'none' | 'unchecked' | 'higher' | 'exact';
      readonly max_parts: number | null;
      readonly created_at: string;
    };
  };
  /** Let a client reach an application no more; what was accepted by then is still sent. */
  readonly removeTarAllowance: {
    readonly request: { readonly path: { readonly id: string; readonly tar: string } };
    readonly answer: null;
  };
  /** A client’s CA system, with what subscribers may text. */
  readonly getCasSystem: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly client_id: string;
      readonly ca_system_id: number;
      readonly sections: {
        readonly unique: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly shared: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly global: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
      };
      readonly language: 'en' | 'de' | 'fr';
      readonly limits: {
        readonly last_minute: number;
        readonly last_hour: number;
        readonly last_day: number;
        readonly refused_last_hour: number;
      };
      readonly emm_hours: number;
      readonly epoch_hours: number;
      readonly key_lead_minutes: number;
      readonly retention_days: number;
      readonly packages: Readonly<
        Record<string, { readonly name: string; readonly product: number; readonly months: number }>
      >;
      readonly keywords: Readonly<
        Record<
          string,
          {
            readonly command: 'activate' | 'deactivate' | 'status' | 'refresh' | 'pair' | 'help' | 'stop';
            readonly language: 'en' | 'de' | 'fr' | null;
          }
        >
      >;
      readonly numbers: Readonly<Record<string, readonly string[]>>;
      readonly created_at: string;
    };
  };
  /** Give a client a CA system, or say anew how it works; its first key is made within five minutes. */
  readonly putCasSystem: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly ca_system_id: number;
        readonly sections?: {
          readonly unique?: {
            readonly table_ids?: readonly unknown[];
            readonly address_octets?: number;
            readonly crc?: boolean;
          };
          readonly shared?: {
            readonly table_ids?: readonly unknown[];
            readonly address_octets?: number;
            readonly crc?: boolean;
          };
          readonly global?: {
            readonly table_ids?: readonly unknown[];
            readonly address_octets?: number;
            readonly crc?: boolean;
          };
        };
        readonly language?: 'en' | 'de' | 'fr';
        readonly limits?: {
          readonly last_minute?: number;
          readonly last_hour?: number;
          readonly last_day?: number;
          readonly refused_last_hour?: number;
        };
        readonly emm_hours?: number;
        readonly epoch_hours?: number;
        readonly key_lead_minutes?: number;
        readonly retention_days?: number;
      };
    };
    readonly answer: {
      readonly client_id: string;
      readonly ca_system_id: number;
      readonly sections: {
        readonly unique: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly shared: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly global: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
      };
      readonly language: 'en' | 'de' | 'fr';
      readonly limits: {
        readonly last_minute: number;
        readonly last_hour: number;
        readonly last_day: number;
        readonly refused_last_hour: number;
      };
      readonly emm_hours: number;
      readonly epoch_hours: number;
      readonly key_lead_minutes: number;
      readonly retention_days: number;
      readonly packages: Readonly<
        Record<string, { readonly name: string; readonly product: number; readonly months: number }>
      >;
      readonly keywords: Readonly<
        Record<
          string,
          {
            readonly command: 'activate' | 'deactivate' | 'status' | 'refresh' | 'pair' | 'help' | 'stop';
            readonly language: 'en' | 'de' | 'fr' | null;
          }
        >
      >;
      readonly numbers: Readonly<Record<string, readonly string[]>>;
      readonly created_at: string;
    };
  };
  /** Set or remove packages, keywords and numbers; what is not named stays. */
  readonly changeCasSystem: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly packages?: Readonly<
          Record<string, { readonly name: string; readonly product: number; readonly months?: number } | null>
        >;
        readonly keywords?: Readonly<
          Record<
            string,
            {
              readonly command: 'activate' | 'deactivate' | 'status' | 'refresh' | 'pair' | 'help' | 'stop';
              readonly language?: 'en' | 'de' | 'fr' | null;
            } | null
          >
        >;
        readonly numbers?: Readonly<Record<string, readonly string[] | null>>;
      };
    };
    readonly answer: {
      readonly client_id: string;
      readonly ca_system_id: number;
      readonly sections: {
        readonly unique: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly shared: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
        readonly global: {
          readonly table_ids: readonly unknown[];
          readonly address_octets: number;
          readonly crc: boolean;
        };
      };
      readonly language: 'en' | 'de' | 'fr';
      readonly limits: {
        readonly last_minute: number;
        readonly last_hour: number;
        readonly last_day: number;
        readonly refused_last_hour: number;
      };
      readonly emm_hours: number;
      readonly epoch_hours: number;
      readonly key_lead_minutes: number;
      readonly retention_days: number;
      readonly packages: Readonly<
        Record<string, { readonly name: string; readonly product: number; readonly months: number }>
      >;
      readonly keywords: Readonly<
        Record<
          string,
          {
            readonly command: 'activate' | 'deactivate' | 'status' | 'refresh' | 'pair' | 'help' | 'stop';
            readonly language: 'en' | 'de' | 'fr' | null;
          }
        >
      >;
      readonly numbers: Readonly<Record<string, readonly string[]>>;
      readonly created_at: string;
    };
  };
  /** Groups of cards, by number. */
  readonly listCasGroups: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly groups: readonly { readonly number: string; readonly cards: number }[];
      readonly next_cursor: string | null;
    };
  };
  /** Make a group of cards that share a key, or give it another key. */
  readonly putCasGroup: {
    readonly request: {
      readonly path: { readonly id: string; readonly number: string };
      readonly body: { readonly key: string };
    };
    readonly answer: { readonly number: string; readonly cards: number };
  };
  /** Import up to 500 lines of cards with their keys; each is written or refused for itself. */
  readonly importCasCards: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly lines: readonly {
          readonly line: number;
          readonly card: string;
          readonly key?: string | null;
          readonly group?: string | null;
          readonly owner?: string | null;
          readonly language?: 'en' | 'de' | 'fr' | null;
        }[];
      };
    };
    readonly answer: {
      readonly imported: number;
      readonly known: number;
      readonly rejected: readonly {
        readonly line: number;
        readonly reason: 'malformed' | 'address_too_long' | 'group_unknown' | 'line_repeated';
        readonly message: string;
        readonly errors: readonly { readonly path: string; readonly message: string }[];
      }[];
    };
  };
  /** Cards of a CA system, by number. */
  readonly listCasCards: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: {
        readonly group?: string;
        readonly owner?: string;
        readonly barred?: 'true' | 'false';
        readonly limit?: number;
        readonly cursor?: string;
      };
    };
    readonly answer: {
      readonly cards: readonly {
        readonly card: string;
        readonly group: string | null;
        readonly has_key: boolean;
        readonly owner: string | null;
        readonly language: 'en' | 'de' | 'fr' | null;
        readonly box: string | null;
        readonly barred_at: string | null;
        readonly created_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A card with what it is entitled to. */
  readonly getCasCard: {
    readonly request: { readonly path: { readonly id: string; readonly card: string } };
    readonly answer: {
      readonly card: string;
      readonly group: string | null;
      readonly has_key: boolean;
      readonly owner: string | null;
      readonly language: 'en' | 'de' | 'fr' | null;
      readonly box: string | null;
      readonly barred_at: string | null;
      readonly created_at: string;
      readonly entitlements: readonly { readonly code: string; readonly starts_at: string; readonly ends_at: string }[];
    };
  };
  /** Bar a card or let it go on, or give it another group, owner, language or key. */
  readonly changeCasCard: {
    readonly request: {
      readonly path: { readonly id: string; readonly card: string };
      readonly body: {
        readonly is_barred?: boolean;
        readonly group?: string | null;
        readonly owner?: string | null;
        readonly language?: 'en' | 'de' | 'fr' | null;
        readonly key?: string;
      };
    };
    readonly answer: {
      readonly card: string;
      readonly group: string | null;
      readonly has_key: boolean;
      readonly owner: string | null;
      readonly language: 'en' | 'de' | 'fr' | null;
      readonly box: string | null;
      readonly barred_at: string | null;
      readonly created_at: string;
      readonly entitlements: readonly { readonly code: string; readonly starts_at: string; readonly ends_at: string }[];
    };
  };
  /** Telephones whose texts meet silence. */
  readonly listCasBarredSenders: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: { readonly senders: readonly { readonly msisdn: string }[]; readonly next_cursor: string | null };
  };
  /** Bar a telephone: from now on its texts meet silence. */
  readonly barCasSender: {
    readonly request: { readonly path: { readonly id: string; readonly msisdn: string } };
    readonly answer: { readonly msisdn: string };
  };
  /** Answer a telephone again. */
  readonly unbarCasSender: {
    readonly request: { readonly path: { readonly id: string; readonly msisdn: string } };
    readonly answer: null;
  };
  /** A client’s carousels with where they send to, by name. */
  readonly listClientCarousels: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly carousels: readonly {
        readonly id: string;
        readonly name: string;
        readonly status: 'ON_AIR' | 'SILENT' | 'PAUSED';
        readonly output: 'log' | 'udp' | 'mux' | 'sms';
        readonly bandwidth_kbit_s: number;
        readonly classes: {
          readonly 'new'?: { readonly weight?: number; readonly floor?: number };
          readonly unique?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly shared?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly global?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
        };
        readonly emms: Readonly<Record<string, number>>;
        readonly cycle_seconds: number | null;
        readonly on_air_seconds: number | null;
        readonly last_sent_at: string | null;
        readonly planned_at: string | null;
        readonly updated_at: string;
        readonly problems: readonly { readonly code: string; readonly emms: number; readonly last_at: string }[];
        readonly settings: Readonly<Record<string, unknown>>;
      }[];
    };
  };
  /** Make a carousel, or say anew where and how it sends; in force within some seconds. */
  readonly putCarousel: {
    readonly request: {
      readonly path: { readonly id: string; readonly name: string };
      readonly body:
        | {
            readonly output: 'mux';
            readonly settings: {
              readonly host: string;
              readonly port: number;
              readonly version?: 2 | 3;
              readonly client_id?: number;
              readonly data_id?: number;
              readonly mode?: 'section' | 'packet';
              readonly packs?: boolean;
              readonly channel_id?: number;
              readonly stream_id?: number;
              readonly negotiates?: boolean;
            };
            readonly bandwidth_kbit_s?: number;
            readonly classes?: {
              readonly 'new'?: { readonly weight?: number; readonly floor?: number };
              readonly unique?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly shared?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly global?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
            };
          }
        | {
            readonly output: 'udp';
            readonly settings: {
              readonly host: string;
              readonly port: number;
              readonly version?: 2 | 3;
              readonly client_id?: number;
              readonly data_id?: number;
              readonly mode?: 'section' | 'packet';
              readonly packs?: boolean;
            };
            readonly bandwidth_kbit_s?: number;
            readonly classes?: {
              readonly 'new'?: { readonly weight?: number; readonly floor?: number };
              readonly unique?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly shared?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly global?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
            };
          }
        | {
            readonly output: 'log';
            readonly settings?: Readonly<Record<string, unknown>>;
            readonly bandwidth_kbit_s?: number;
            readonly classes?: {
              readonly 'new'?: { readonly weight?: number; readonly floor?: number };
              readonly unique?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly shared?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly global?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
            };
          }
        | {
            readonly output: 'sms';
            readonly settings?: {
              readonly port?: number;
              readonly repetitions?: number;
              readonly spacing_minutes?: number;
              readonly emms_per_minute?: number;
            };
            readonly bandwidth_kbit_s?: number;
            readonly classes?: {
              readonly 'new'?: { readonly weight?: number; readonly floor?: number };
              readonly unique?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly shared?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
              readonly global?: {
                readonly weight?: number;
                readonly floor?: number;
                readonly windows?: readonly { readonly from: string; readonly until: string }[];
              };
            };
          };
    };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly status: 'ON_AIR' | 'SILENT' | 'PAUSED';
      readonly output: 'log' | 'udp' | 'mux' | 'sms';
      readonly bandwidth_kbit_s: number;
      readonly classes: {
        readonly 'new'?: { readonly weight?: number; readonly floor?: number };
        readonly unique?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly shared?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly global?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
      };
      readonly emms: Readonly<Record<string, number>>;
      readonly cycle_seconds: number | null;
      readonly on_air_seconds: number | null;
      readonly last_sent_at: string | null;
      readonly planned_at: string | null;
      readonly updated_at: string;
      readonly problems: readonly { readonly code: string; readonly emms: number; readonly last_at: string }[];
      readonly settings: Readonly<Record<string, unknown>>;
    };
  };
  /** Take a carousel away: within some seconds nothing is sent any more. */
  readonly removeCarousel: {
    readonly request: { readonly path: { readonly id: string; readonly name: string } };
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
          | 'push.succeeded'
          | 'push.failed'
          | 'push.expired'
          | 'push.unknown'
          | 'cas.request.processed'
          | 'cas.emm.on_air'
          | 'cas.emm.expired'
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
          | 'push.succeeded'
          | 'push.failed'
          | 'push.expired'
          | 'push.unknown'
          | 'cas.request.processed'
          | 'cas.emm.on_air'
          | 'cas.emm.expired'
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
  /** What a provider of kind http says of messages it has taken, signed as callbacks are, with its own key. */
  readonly receiveReceipts: {
    readonly request: {
      readonly path: { readonly provider: string };
      readonly body: {
        readonly receipts: readonly {
          readonly message_id: string;
          readonly to: string;
          readonly state:
            | 'ENROUTE'
            | 'DELIVERED'
            | 'EXPIRED'
            | 'DELETED'
            | 'UNDELIVERABLE'
            | 'ACCEPTED'
            | 'UNKNOWN'
            | 'REJECTED';
          readonly error_code?: string | null;
          readonly at?: string;
        }[];
      };
    };
    readonly answer: { readonly received: number };
  };
  /** Hand over what a subscriber texted; the answer is a message of its own, and billed as one. */
  readonly submitCasRequest: {
    readonly request: { readonly body: { readonly sender: string; readonly message: string } };
    readonly answer: {
      readonly id: string;
      readonly status: 'RECEIVED' | 'PROCESSED';
      readonly source: 'api' | 'inbound';
      readonly sender: string;
      readonly message: string;
      readonly is_test: boolean;
      readonly verdict: string | null;
      readonly response: string | null;
      readonly reply_message_id: string | null;
      readonly reply_problem: string | null;
      readonly duplicate_of: string | null;
      readonly emm_ids: readonly string[];
      readonly received_at: string;
      readonly processed_at: string | null;
    };
  };
  /** Requests of subscribers, the newest first. */
  readonly listCasRequests: {
    readonly request: {
      readonly query?: { readonly sender?: string; readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly requests: readonly {
        readonly id: string;
        readonly status: 'RECEIVED' | 'PROCESSED';
        readonly source: 'api' | 'inbound';
        readonly sender: string;
        readonly message: string;
        readonly is_test: boolean;
        readonly verdict: string | null;
        readonly response: string | null;
        readonly reply_message_id: string | null;
        readonly reply_problem: string | null;
        readonly duplicate_of: string | null;
        readonly emm_ids: readonly string[];
        readonly received_at: string;
        readonly processed_at: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** A request, its answer and its EMMs. */
  readonly getCasRequest: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly status: 'RECEIVED' | 'PROCESSED';
      readonly source: 'api' | 'inbound';
      readonly sender: string;
      readonly message: string;
      readonly is_test: boolean;
      readonly verdict: string | null;
      readonly response: string | null;
      readonly reply_message_id: string | null;
      readonly reply_problem: string | null;
      readonly duplicate_of: string | null;
      readonly emm_ids: readonly string[];
      readonly received_at: string;
      readonly processed_at: string | null;
    };
  };
  /** Put an EMM on air, in place of the last one of its device and kind; it costs nothing. */
  readonly createEmm: {
    readonly request: {
      readonly body: {
        readonly class: 'unique' | 'shared' | 'global';
        readonly device?: string;
        readonly commands: readonly (
          | { readonly command: 'entitlement_reset' }
          | {
              readonly command: 'entitlement_add';
              readonly product: number;
              readonly from: string;
              readonly until: string;
            }
          | { readonly command: 'entitlement_remove'; readonly product: number }
          | { readonly command: 'pair'; readonly box: string }
          | { readonly command: 'unpair' }
        )[];
        readonly expires_at?: string;
        readonly kind: string;
        readonly starts_at?: string;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly number: string;
      readonly status: 'PENDING' | 'SCHEDULED' | 'ON_AIR' | 'REPLACED' | 'WITHDRAWN' | 'EXPIRED';
      readonly class: 'unique' | 'shared' | 'global';
      readonly device: string;
      readonly kind: string;
      readonly revision: number;
      readonly epoch: number;
      readonly request_id: string | null;
      readonly section_hex: string | null;
      readonly section_hash: string | null;
      readonly replaced_by: string | null;
      readonly created_at: string;
      readonly sealed_at: string | null;
      readonly on_air_at: string | null;
      readonly starts_at: string;
      readonly expires_at: string;
    };
  };
  /** EMMs, the newest first. */
  readonly listEmms: {
    readonly request: {
      readonly query?: { readonly device?: string; readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly emms: readonly {
        readonly id: string;
        readonly number: string;
        readonly status: 'PENDING' | 'SCHEDULED' | 'ON_AIR' | 'REPLACED' | 'WITHDRAWN' | 'EXPIRED';
        readonly class: 'unique' | 'shared' | 'global';
        readonly device: string;
        readonly kind: string;
        readonly revision: number;
        readonly epoch: number;
        readonly request_id: string | null;
        readonly section_hex: string | null;
        readonly section_hash: string | null;
        readonly replaced_by: string | null;
        readonly created_at: string;
        readonly sealed_at: string | null;
        readonly on_air_at: string | null;
        readonly starts_at: string;
        readonly expires_at: string;
      }[];
      readonly next_cursor: string | null;
    };
  };
  /** An EMM as it goes on air. */
  readonly getEmm: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly number: string;
      readonly status: 'PENDING' | 'SCHEDULED' | 'ON_AIR' | 'REPLACED' | 'WITHDRAWN' | 'EXPIRED';
      readonly class: 'unique' | 'shared' | 'global';
      readonly device: string;
      readonly kind: string;
      readonly revision: number;
      readonly epoch: number;
      readonly request_id: string | null;
      readonly section_hex: string | null;
      readonly section_hash: string | null;
      readonly replaced_by: string | null;
      readonly created_at: string;
      readonly sealed_at: string | null;
      readonly on_air_at: string | null;
      readonly starts_at: string;
      readonly expires_at: string;
    };
  };
  /** Encrypt EMMs that you put on air yourself: up to 50; they are not kept, and cost nothing. */
  readonly encryptEmms: {
    readonly request: {
      readonly body: {
        readonly emms: readonly {
          readonly class: 'unique' | 'shared' | 'global';
          readonly device?: string;
          readonly commands: readonly (
            | { readonly command: 'entitlement_reset' }
            | {
                readonly command: 'entitlement_add';
                readonly product: number;
                readonly from: string;
                readonly until: string;
              }
            | { readonly command: 'entitlement_remove'; readonly product: number }
            | { readonly command: 'pair'; readonly box: string }
            | { readonly command: 'unpair' }
          )[];
          readonly expires_at?: string;
        }[];
      };
    };
    readonly answer: {
      readonly emms: readonly {
        readonly number: string;
        readonly epoch: number;
        readonly expires_at: string;
        readonly section_hex: string;
        readonly section_hash: string;
      }[];
    };
  };
  /** The epochs of the keys, the newest first. */
  readonly listKeyEpochs: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly key_epochs: readonly {
        readonly epoch: number;
        readonly state: 'PENDING' | 'ACTIVE' | 'DRAINING' | 'RETIRED' | 'DESTROYED';
        readonly emms_on_air: number;
        readonly created_at: string;
        readonly delivered_at: string | null;
        readonly activated_at: string | null;
        readonly retired_at: string | null;
        readonly destroyed_at: string | null;
      }[];
    };
  };
  /** Carousels, by their names. */
  readonly listCarousels: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly carousels: readonly {
        readonly id: string;
        readonly name: string;
        readonly status: 'ON_AIR' | 'SILENT' | 'PAUSED';
        readonly output: 'log' | 'udp' | 'mux' | 'sms';
        readonly bandwidth_kbit_s: number;
        readonly classes: {
          readonly 'new'?: { readonly weight?: number; readonly floor?: number };
          readonly unique?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly shared?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly global?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
        };
        readonly emms: Readonly<Record<string, number>>;
        readonly cycle_seconds: number | null;
        readonly on_air_seconds: number | null;
        readonly last_sent_at: string | null;
        readonly planned_at: string | null;
        readonly updated_at: string;
        readonly problems: readonly { readonly code: string; readonly emms: number; readonly last_at: string }[];
      }[];
    };
  };
  /** A carousel: whether it is on air, how long a cycle is, how soon a new EMM is on air. */
  readonly getCarousel: {
    readonly request: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly status: 'ON_AIR' | 'SILENT' | 'PAUSED';
      readonly output: 'log' | 'udp' | 'mux' | 'sms';
      readonly bandwidth_kbit_s: number;
      readonly classes: {
        readonly 'new'?: { readonly weight?: number; readonly floor?: number };
        readonly unique?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly shared?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly global?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
      };
      readonly emms: Readonly<Record<string, number>>;
      readonly cycle_seconds: number | null;
      readonly on_air_seconds: number | null;
      readonly last_sent_at: string | null;
      readonly planned_at: string | null;
      readonly updated_at: string;
      readonly problems: readonly { readonly code: string; readonly emms: number; readonly last_at: string }[];
    };
  };
  /** Pause or resume it, change its bandwidth and shares, or take EMMs off the air. */
  readonly changeCarousel: {
    readonly request: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly is_paused?: boolean;
        readonly bandwidth_kbit_s?: number;
        readonly classes?: {
          readonly 'new'?: { readonly weight?: number; readonly floor?: number };
          readonly unique?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly shared?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
          readonly global?: {
            readonly weight?: number;
            readonly floor?: number;
            readonly windows?: readonly { readonly from: string; readonly until: string }[];
          };
        };
        readonly withdraw?: readonly string[];
      };
    };
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly status: 'ON_AIR' | 'SILENT' | 'PAUSED';
      readonly output: 'log' | 'udp' | 'mux' | 'sms';
      readonly bandwidth_kbit_s: number;
      readonly classes: {
        readonly 'new'?: { readonly weight?: number; readonly floor?: number };
        readonly unique?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly shared?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
        readonly global?: {
          readonly weight?: number;
          readonly floor?: number;
          readonly windows?: readonly { readonly from: string; readonly until: string }[];
        };
      };
      readonly emms: Readonly<Record<string, number>>;
      readonly cycle_seconds: number | null;
      readonly on_air_seconds: number | null;
      readonly last_sent_at: string | null;
      readonly planned_at: string | null;
      readonly updated_at: string;
      readonly problems: readonly { readonly code: string; readonly emms: number; readonly last_at: string }[];
    };
  };
  /** How long a cycle is at a bandwidth, and what bandwidth a cycle needs. */
  readonly planBandwidth: {
    readonly request: {
      readonly query: {
        readonly subscribers: number;
        readonly emms_per_subscriber?: number;
        readonly section_octets?: number;
        readonly bandwidth_kbit_s?: number;
        readonly cycle_seconds?: number;
      };
    };
    readonly answer: {
      readonly emms: number;
      readonly emissions_per_second: number;
      readonly cycle_seconds: number;
      readonly needed_kbit_s: number | null;
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
  listInboundMessages: { method: 'GET', path: '/v1/inbound-messages', takesKey: false },
  submitPush: { method: 'POST', path: '/v1/pushes', takesKey: true },
  listPushes: { method: 'GET', path: '/v1/pushes', takesKey: false },
  getPush: { method: 'GET', path: '/v1/pushes/{id}', takesKey: false },
  getPushSchema: { method: 'GET', path: '/v1/push.xsd', takesKey: false },
  getAccount: { method: 'GET', path: '/v1/account', takesKey: false },
  listLedger: { method: 'GET', path: '/v1/account/ledger', takesKey: false },
  exportStatement: { method: 'GET', path: '/v1/account/statement', takesKey: false },
  getPriceSheet: { method: 'GET', path: '/v1/prices', takesKey: false },
  getStatistics: { method: 'GET', path: '/v1/stats', takesKey: false },
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
  createProvider: { method: 'POST', path: '/v1/admin/providers', takesKey: true },
  listProviders: { method: 'GET', path: '/v1/admin/providers', takesKey: false },
  getProvider: { method: 'GET', path: '/v1/admin/providers/{name}', takesKey: false },
  changeProvider: { method: 'PATCH', path: '/v1/admin/providers/{name}', takesKey: false },
  removeProvider: { method: 'DELETE', path: '/v1/admin/providers/{name}', takesKey: false },
  getProviderState: { method: 'GET', path: '/v1/admin/providers/{name}/state', takesKey: false },
  getProviderStatistics: { method: 'GET', path: '/v1/admin/providers/{name}/statistics', takesKey: false },
  listProviderPrices: { method: 'GET', path: '/v1/admin/providers/{name}/prices', takesKey: false },
  setProviderPrices: { method: 'PUT', path: '/v1/admin/providers/{name}/prices', takesKey: false },
  removeProviderPrice: { method: 'DELETE', path: '/v1/admin/providers/{name}/prices/{prefix}', takesKey: false },
  createRoute: { method: 'POST', path: '/v1/admin/routes', takesKey: true },
  listRoutes: { method: 'GET', path: '/v1/admin/routes', takesKey: false },
  getRoute: { method: 'GET', path: '/v1/admin/routes/{id}', takesKey: false },
  changeRoute: { method: 'PATCH', path: '/v1/admin/routes/{id}', takesKey: false },
  removeRoute: { method: 'DELETE', path: '/v1/admin/routes/{id}', takesKey: false },
  getRouting: { method: 'GET', path: '/v1/admin/routing', takesKey: false },
  changeRouting: { method: 'PATCH', path: '/v1/admin/routing', takesKey: false },
  createNumber: { method: 'POST', path: '/v1/admin/numbers', takesKey: true },
  listNumbers: { method: 'GET', path: '/v1/admin/numbers', takesKey: false },
  getNumber: { method: 'GET', path: '/v1/admin/numbers/{id}', takesKey: false },
  changeNumber: { method: 'PATCH', path: '/v1/admin/numbers/{id}', takesKey: false },
  removeNumber: { method: 'DELETE', path: '/v1/admin/numbers/{id}', takesKey: false },
  listCardProfiles: { method: 'GET', path: '/v1/admin/card-profiles', takesKey: false },
  putCardProfile: { method: 'PUT', path: '/v1/admin/card-profiles/{name}', takesKey: false },
  importCards: { method: 'POST', path: '/v1/admin/cards', takesKey: true },
  listCards: { method: 'GET', path: '/v1/admin/cards', takesKey: false },
  getCard: { method: 'GET', path: '/v1/admin/cards/{iccid}', takesKey: false },
  releaseCard: { method: 'POST', path: '/v1/admin/cards/{iccid}/release', takesKey: true },
  listTarAllowances: { method: 'GET', path: '/v1/admin/clients/{id}/tars', takesKey: false },
  putTarAllowance: { method: 'PUT', path: '/v1/admin/clients/{id}/tars/{tar}', takesKey: false },
  removeTarAllowance: { method: 'DELETE', path: '/v1/admin/clients/{id}/tars/{tar}', takesKey: false },
  getCasSystem: { method: 'GET', path: '/v1/admin/clients/{id}/cas-system', takesKey: false },
  putCasSystem: { method: 'PUT', path: '/v1/admin/clients/{id}/cas-system', takesKey: false },
  changeCasSystem: { method: 'PATCH', path: '/v1/admin/clients/{id}/cas-system', takesKey: false },
  listCasGroups: { method: 'GET', path: '/v1/admin/clients/{id}/cas-groups', takesKey: false },
  putCasGroup: { method: 'PUT', path: '/v1/admin/clients/{id}/cas-groups/{number}', takesKey: false },
  importCasCards: { method: 'POST', path: '/v1/admin/clients/{id}/cas-cards', takesKey: true },
  listCasCards: { method: 'GET', path: '/v1/admin/clients/{id}/cas-cards', takesKey: false },
  getCasCard: { method: 'GET', path: '/v1/admin/clients/{id}/cas-cards/{card}', takesKey: false },
  changeCasCard: { method: 'PATCH', path: '/v1/admin/clients/{id}/cas-cards/{card}', takesKey: false },
  listCasBarredSenders: { method: 'GET', path: '/v1/admin/clients/{id}/cas-barred-senders', takesKey: false },
  barCasSender: { method: 'PUT', path: '/v1/admin/clients/{id}/cas-barred-senders/{msisdn}', takesKey: false },
  unbarCasSender: { method: 'DELETE', path: '/v1/admin/clients/{id}/cas-barred-senders/{msisdn}', takesKey: false },
  listClientCarousels: { method: 'GET', path: '/v1/admin/clients/{id}/carousels', takesKey: false },
  putCarousel: { method: 'PUT', path: '/v1/admin/clients/{id}/carousels/{name}', takesKey: false },
  removeCarousel: { method: 'DELETE', path: '/v1/admin/clients/{id}/carousels/{name}', takesKey: false },
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
  receiveReceipts: { method: 'POST', path: '/v1/receipts/{provider}', takesKey: false },
  submitCasRequest: { method: 'POST', path: '/v1/cas/requests', takesKey: true },
  listCasRequests: { method: 'GET', path: '/v1/cas/requests', takesKey: false },
  getCasRequest: { method: 'GET', path: '/v1/cas/requests/{id}', takesKey: false },
  createEmm: { method: 'POST', path: '/v1/cas/emms', takesKey: true },
  listEmms: { method: 'GET', path: '/v1/cas/emms', takesKey: false },
  getEmm: { method: 'GET', path: '/v1/cas/emms/{id}', takesKey: false },
  encryptEmms: { method: 'POST', path: '/v1/cas/encryptions', takesKey: true },
  listKeyEpochs: { method: 'GET', path: '/v1/cas/key-epochs', takesKey: false },
  listCarousels: { method: 'GET', path: '/v1/cas/carousels', takesKey: false },
  getCarousel: { method: 'GET', path: '/v1/cas/carousels/{id}', takesKey: false },
  changeCarousel: { method: 'PATCH', path: '/v1/cas/carousels/{id}', takesKey: false },
  planBandwidth: { method: 'GET', path: '/v1/cas/bandwidth', takesKey: false },
  getHealth: { method: 'GET', path: '/healthz', takesKey: false },
  getReadiness: { method: 'GET', path: '/readyz', takesKey: false },
  getOpenApi: { method: 'GET', path: '/openapi.json', takesKey: false },
  getDocs: { method: 'GET', path: '/docs', takesKey: false },
} as const;
