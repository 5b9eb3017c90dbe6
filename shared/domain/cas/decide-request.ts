import type { CasPackage, Language } from './grammar.ts';
import type { CasAsked, CasRequest } from './parse-request.ts';
import type { CasRefusal, Reply, ReplyItem } from './reply-text.ts';

export interface Entitlement extends ReplyItem {
  readonly product: number;
}

/** A card as it is now. */
export interface CardState {
  readonly card: string;
  readonly is_barred: boolean;
  /** The only telephone that may ask for it; null: any. */
  readonly owner: string | null;
  readonly language: Language | null;
  /** The box that it works in. */
  readonly box: string | null;
  /** What has not ended yet. */
  readonly entitlements: readonly Entitlement[];
}

export interface Situation {
  readonly now: Date;
  readonly sender: string;
  readonly flood: 'answer' | 'warn' | 'silence';
  readonly is_sender_barred: boolean;
  /** The card that was asked about; null when there is no such card. */
  readonly card: CardState | null;
  /** Another card that works in the box which was asked about. */
  readonly is_box_taken: boolean;
  /** Seconds until a new EMM of this card is on air; null where that is not known. */
  readonly on_air_seconds: number | null;
}

/** What changes by a request. */
export interface CasChange {
  /** From now on, until then; what the card had of the same product is replaced. */
  readonly entitle?: { readonly code: string; readonly ends_at: Date };
  readonly revoke?: { readonly code: string };
  readonly pair?: { readonly box: string };
  /** The sender wants no more answers. */
  readonly opt_out?: true;
  /** What the card is to be told on air: its rights as a whole, and the box it works in. */
  readonly emms: readonly ('entitlements' | 'pairing')[];
}

export interface CasDecision {
  /** `activated`, `card.invalid`, `flood` and so on: what logs, lists and metrics call it. */
  readonly verdict: string;
  readonly is_refused: boolean;
  /** Null: silence. */
  readonly reply: Reply | null;
  readonly change: CasChange;
}

/** What fits an EMM of 256 octets beside its envelope, with room for what else it may have to say. */
export const mostEntitlements = 12;
/** How far ahead a package may be paid for. */
const mostMonthsAhead = 24;
const nothing: CasChange = { emms: [] };

/** The same day of a later month (UTC), or its last day. */
export const addMonths = (time: Date, months: number): Date => {
  const later = new Date(time);
  later.setUTCDate(1);
  later.setUTCMonth(later.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
  later.setUTCDate(Math.min(time.getUTCDate(), lastDay));
  return later;
};

const refuse = (reason: CasRefusal): CasDecision => ({
  verdict: reason,
  is_refused: true,
  reply: { kind: reason },
  change: nothing,
});

const done = (reply: Reply, change: CasChange = nothing): CasDecision => ({
  verdict: reply.kind,
  is_refused: false,
  reply,
  change,
});

const activate = (asked: Of<'activate'>, { now, on_air_seconds }: Situation, card: CardState): CasDecision => {
  const { name, code }: CasPackage = asked.package;
  const current = card.entitlements.find((each) => each.code === code);
  if (!current && card.entitlements.length >= mostEntitlements) return refuse('packages.too-many');
  const ends_at = addMonths(current && current.ends_at > now ? current.ends_at : now, asked.months);
  if (ends_at > addMonths(now, mostMonthsAhead)) return refuse('months.too-far');
  return done(
    { kind: 'activated', card: card.card, item: { name, code, ends_at }, on_air_seconds },
    { entitle: { code, ends_at }, emms: ['entitlements'] },
  );
};

const deactivate = (asked: Of<'deactivate'>, { on_air_seconds }: Situation, card: CardState): CasDecision => {
  const { name, code } = asked.package;
  if (!card.entitlements.some((each) => each.code === code)) return refuse('package.not-active');
  return done(
    { kind: 'deactivated', card: card.card, item: { name, code }, on_air_seconds },
    { revoke: { code }, emms: ['entitlements'] },
  );
};

type Of<Command extends CasAsked['command']> = Extract<CasAsked, { readonly command: Command }>;

const decideForCard = (
  asked: Exclude<CasAsked, Of<'help'> | Of<'stop'>>,
  now: Situation,
  card: CardState,
): CasDecision => {
  const { on_air_seconds } = now;
  switch (asked.command) {
    case 'activate':
      return activate(asked, now, card);
    case 'deactivate':
      return deactivate(asked, now, card);
    case 'status':
      return done({ kind: 'status', card: card.card, items: card.entitlements });
    case 'refresh':
      return done(
        { kind: 'refreshed', card: card.card, on_air_seconds },
        { emms: card.box === null ? ['entitlements'] : ['entitlements', 'pairing'] },
      );
    default:
      if (now.is_box_taken) return refuse('box.other-card');
      return done({ kind: 'paired', card: card.card, on_air_seconds }, { pair: { box: asked.box }, emms: ['pairing'] });
  }
};

const stopped: CasDecision = {
  verdict: 'stopped',
  is_refused: false,
  reply: null,
  change: { opt_out: true, emms: [] },
};

/** What a request comes to. A function of its arguments: nothing is asked and nothing is written here. */
export const decideCasRequest = (request: CasRequest, situation: Situation): CasDecision => {
  const silent = (verdict: string): CasDecision => ({ verdict, is_refused: true, reply: null, change: nothing });
  if (situation.is_sender_barred) return silent('sender.barred');
  // Whoever wants no more answers is heard, however often it was said.
  if (request.outcome === 'asked' && request.asked.command === 'stop') return stopped;
  if (situation.flood === 'silence') return silent('flood');
  if (situation.flood === 'warn') return { ...silent('flood'), reply: { kind: 'too-many-requests' } };
  if (request.outcome === 'refused') return { ...silent(request.reason), reply: { kind: request.reason } };
  const { asked } = request;
  if (asked.command === 'help') return done({ kind: 'help' });
  if (asked.command === 'stop') return stopped;
  const { card, sender } = situation;
  if (!card) return refuse('card.unknown');
  if (card.is_barred) return refuse('card.barred');
  if (card.owner !== null && card.owner !== sender) return refuse('card.not-yours');
  return decideForCard(asked, situation, card);
};
