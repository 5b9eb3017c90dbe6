import type { MessageKind } from './message-kind.ts';

export type RoutedPriority = 'high' | 'normal' | 'bulk';

/** One provider that a route may take. */
export interface Candidate {
  readonly provider: string;
  /** A per cent by which its score is multiplied; 0: only when no other is up. */
  readonly weight: number;
}

/** Null fits everything. */
export interface FleetRoute {
  readonly id: string;
  /** How the number begins; empty: any number. */
  readonly prefix: string;
  readonly client_id: string | null;
  readonly kind: MessageKind | null;
  readonly priority: RoutedPriority | null;
  /** In the operator's order, each provider once. */
  readonly candidates: readonly Candidate[];
}

/** What a provider achieved in the last hours. */
export interface Achievement {
  /** Parts that came to a good end, and to a bad one: refused, failed or expired. */
  readonly succeeded: number;
  readonly failed: number;
  /** From submission to delivery, on average; null: nothing was measured. */
  readonly latency_ms: number | null;
}

/** How much each counts beside the others. */
export interface RoutingWeights {
  readonly price: number;
  readonly success: number;
  readonly latency: number;
}

/** All that choosing a provider depends on. */
export interface RoutingData {
  /** The enabled ones, by name. */
  readonly providers: ReadonlySet<string>;
  /** The enabled ones. */
  readonly routes: readonly FleetRoute[];
  /** Cost of a part in millionths of the currency's unit, by provider, then by prefix; the longest prefix counts. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly statistics: Readonly<Record<string, Achievement>>;
  readonly weights: RoutingWeights;
}

/** What of a message decides its route. */
export interface RoutedMessage {
  /** E.164 without the plus sign. */
  readonly recipient: string;
  readonly client_id: string;
  readonly kind: MessageKind;
  readonly priority: RoutedPriority;
}
