import { createRandom } from '../../test/faults/dice.ts';
import { createAgenda } from './agenda.ts';

/** Something that works at so many things at once, first come, first served. */
export interface Resource {
  readonly name: string;
  readonly servers: number;
}

/** What chance there is in a step, from the seed: a number from 0 to below 1. */
export type Chance = () => number;

/** A step of the way. What comes to it are groups of messages: a request, a claim, a report. */
export interface Step {
  readonly name: string;
  readonly at: Resource;
  /** So many groups, or messages, become one before they are served, or what came while the first waited so long. */
  readonly gather?: {
    readonly most: number;
    readonly of: 'groups' | 'messages';
    readonly lingerMs: number;
    /** Who gather each for himself. */
    readonly lanes: number;
  };
  /** Up to so many messages that stand in line are served together, without waiting for more: what a receive does. */
  readonly together?: number;
  /** What comes out of it is single messages again. */
  readonly splits?: boolean;
  /** The part of all groups that come here; the others pass by. Default 1. */
  readonly share?: number;
  /** How long a group of so many messages holds a server, in milliseconds. */
  readonly holdMs: (messages: number, chance: Chance) => number;
}

export interface Load {
  readonly messagesPerSecond: number;
  /** Messages in each request; requests come at random, as of many independent senders. */
  readonly requestSize: number;
  /** Simulated, the first half of it to warm up. */
  readonly seconds: number;
  readonly seed: number;
}

/** What was seen of a step in the second half of the time. */
export interface Figures {
  readonly name: string;
  /** The part of its resource's time that was used, by all its steps together; of what it can take, where it receives. */
  readonly utilization: number;
  readonly arrivalsPerSecond: number;
  readonly departuresPerSecond: number;
  readonly servingsPerSecond: number;
  readonly meanHoldMs: number;
  /** Messages in it, gathering, waiting or served, on average over time. */
  readonly meanInside: number;
  /** What a message spends in it, on average over those that left. */
  readonly meanStayMs: number;
}

/** Messages that are together, and when those it was made of came to the step. */
interface Group {
  readonly messages: number;
  readonly came: readonly (readonly [atMs: number, messages: number])[];
}

interface Lane {
  groups: Group[];
  /** Of what it counts. */
  amount: number;
  turn: number;
}

const merge = (groups: readonly Group[]): Group => ({
  messages: groups.reduce((sum, { messages }) => sum + messages, 0),
  came: groups.flatMap(({ came }) => came),
});

/** What a resource has in hand, and who waits for it. */
interface Line {
  busy: number;
  heldMs: number;
  head: number;
  waiting: { readonly place: Place; readonly group: Group }[];
}

const startPlace = (step: Step, index: number, line: Line) => ({
  step,
  index,
  line,
  lanes: Array.from({ length: step.gather?.lanes ?? 0 }, (): Lane => ({ groups: [], amount: 0, turn: 0 })),
  inside: 0,
  since: 0,
  insideMs: 0,
  stayMs: 0,
  arrivals: 0,
  departures: 0,
  servings: 0,
  heldMs: 0,
});

type Place = ReturnType<typeof startPlace>;

/** The next group in line, with those of the same step behind it that are served together with it. */
const takeNext = (line: Line): { readonly place: Place; readonly group: Group } | undefined => {
  const first = line.waiting[line.head];
  if (!first) return undefined;
  const { place } = first;
  const groups = [first.group];
  let messages = first.group.messages;
  line.head += 1;
  for (let next = line.waiting[line.head]; next?.place === place; next = line.waiting[line.head]) {
    messages += next.group.messages;
    if (messages > (place.step.together ?? 0)) break;
    groups.push(next.group);
    line.head += 1;
  }
  // What was served is let go of now and then: moving the rest each time would take for ever.
  if (line.head > 10_000) {
    line.waiting = line.waiting.slice(line.head);
    line.head = 0;
  }
  return { place, group: groups.length > 1 ? merge(groups) : first.group };
};

/** A receiver that takes what there is never rests, however little that is: what counts is how full its hands are. */
const usedMs = ({ step, line, departures }: Place): number =>
  step.together === undefined ? line.heldMs : (departures / step.together) * step.holdMs(step.together, () => 0.5);

const figuresOf = (place: Place, measuredMs: number): Figures => {
  const { step, ...seen } = place;
  return {
    name: step.name,
    utilization: usedMs(place) / (step.at.servers * measuredMs),
    arrivalsPerSecond: (1000 * seen.arrivals) / measuredMs,
    departuresPerSecond: (1000 * seen.departures) / measuredMs,
    servingsPerSecond: (1000 * seen.servings) / measuredMs,
    meanHoldMs: seen.heldMs / seen.servings,
    meanInside: seen.insideMs / measuredMs,
    meanStayMs: seen.stayMs / seen.departures,
  };
};

/**
 * Sends a load through the steps, one after the other, event by event: the same seed gives the same figures on every
 * machine. Lines have no end, so that what is saturated shows as fewer departures than arrivals.
 */
export const simulate = (steps: readonly Step[], load: Load): readonly Figures[] => {
  const [warmMs, endMs] = [500 * load.seconds, 1000 * load.seconds];
  const chance = createRandom(load.seed);
  const agenda = createAgenda();
  const lines = new Map<Resource, Line>(steps.map(({ at }) => [at, { busy: 0, heldMs: 0, head: 0, waiting: [] }]));
  const lineOf = (resource: Resource): Line => {
    const line = lines.get(resource);
    if (!line) throw new Error(`${resource.name} is no resource of these steps.`);
    return line;
  };
  const places = steps.map((step, index) => startPlace(step, index, lineOf(step.at)));
  /** How much of a time that ends now falls into what is measured. */
  const measured = (from: number): number => Math.max(0, agenda.now - Math.max(from, warmMs));

  const count = (place: Place, messages: number): void => {
    place.insideMs += place.inside * measured(place.since);
    place.since = agenda.now;
    place.inside += messages;
    if (messages > 0 && agenda.now >= warmMs) place.arrivals += messages;
  };
  const arrive = (index: number, messages: number): void => {
    const place = places[index];
    if (!place) return;
    const { share = 1, gather } = place.step;
    if (share < 1 && chance() >= share) {
      arrive(index + 1, messages);
      return;
    }
    count(place, messages);
    const group: Group = { messages, came: [[agenda.now, messages]] };
    if (gather) wait(place, gather, group);
    else stand(place, group);
  };
  const wait = (place: Place, gather: NonNullable<Step['gather']>, group: Group): void => {
    const lane = place.lanes[Math.floor(chance() * place.lanes.length)];
    if (!lane) throw new Error(`${place.step.name} gathers in no lane.`);
    lane.groups.push(group);
    lane.amount += gather.of === 'groups' ? 1 : group.messages;
    const { turn } = lane;
    if (lane.amount >= gather.most) close(place, lane);
    else if (lane.groups.length === 1)
      agenda.put(agenda.now + gather.lingerMs, () => {
        if (lane.turn === turn) close(place, lane);
      });
  };
  const close = (place: Place, lane: Lane): void => {
    const { groups } = lane;
    Object.assign(lane, { groups: [], amount: 0, turn: lane.turn + 1 });
    stand(place, merge(groups));
  };
  const stand = (place: Place, group: Group): void => {
    place.line.waiting.push({ place, group });
    serve(place.line, place.step.at.servers);
  };
  const serve = (line: Line, servers: number): void => {
    while (line.busy < servers) {
      const next = takeNext(line);
      if (!next) return;
      const { place, group } = next;
      const startedAt = agenda.now;
      const holdMs = place.step.holdMs(group.messages, chance);
      line.busy += 1;
      agenda.put(startedAt + holdMs, () => {
        line.busy -= 1;
        line.heldMs += measured(startedAt);
        leave(place, group, holdMs);
        serve(line, servers);
      });
    }
  };
  const leave = (place: Place, group: Group, holdMs: number): void => {
    count(place, -group.messages);
    if (agenda.now >= warmMs) {
      place.departures += group.messages;
      place.servings += 1;
      place.heldMs += holdMs;
      for (const [at, messages] of group.came) place.stayMs += messages * (agenda.now - at);
    }
    const each = place.step.splits ? 1 : group.messages;
    for (let i = 0; i < group.messages; i += each) arrive(place.index + 1, each);
  };

  const meanGapMs = (1000 * load.requestSize) / load.messagesPerSecond;
  const request = (): void => {
    agenda.put(agenda.now - Math.log(1 - chance()) * meanGapMs, request);
    if (agenda.now > 0) arrive(0, load.requestSize);
  };
  request();
  agenda.runUntil(endMs);
  for (const place of places) count(place, 0);
  return places.map((place) => figuresOf(place, endMs - warmMs));
};
