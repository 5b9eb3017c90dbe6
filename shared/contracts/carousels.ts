import * as z from 'zod';
import { areSharesKept, type LaneShares, wholeShares } from '#shared/domain/carousel/class-shares.ts';
import { type DailyWindow, minuteOfDay } from '#shared/domain/carousel/on-air-window.ts';
import { type EmmClass, emmClasses } from '#shared/domain/emm/section.ts';
import { Plain } from './messages.ts';

const time = z.iso.datetime();
const uint16 = z.int().min(0).max(0xffff);

const provision = {
  host: Plain.min(1).max(253).meta({ description: 'Its name or address.' }),
  port: z.int().min(1).max(0xffff),
  version: z
    .union([z.literal(2), z.literal(3)])
    .default(3)
    .meta({ description: 'protocol_version of TS 103 197.' }),
  client_id: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .meta({ description: 'Of TS 103 197: its high 16 bits are the CA_system_id; left out, the low ones are 1.' }),
  data_id: uint16.default(1).meta({ description: 'Of TS 103 197.' }),
  mode: z
    .enum(['section', 'packet'])
    .default('section')
    .meta({ description: 'Whether sections or packets of 188 octets are sent.' }),
  packs: z.boolean().default(true).meta({
    description: 'Whether sections share packets; without, each begins one, for receivers that find no other.',
  }),
};

/** `carousels.settings` of a multiplexer, which is given EMMs over TCP. */
export const MuxSettings = z.object({
  ...provision,
  channel_id: uint16.default(1).meta({ description: 'data_channel_id of TS 103 197.' }),
  stream_id: uint16.default(1).meta({ description: 'data_stream_id of TS 103 197.' }),
  negotiates: z.boolean().default(true).meta({
    description: 'Whether it is asked for bandwidth; where not, the carousel’s own is what was agreed upon.',
  }),
});
export type MuxSettings = z.infer<typeof MuxSettings>;

/** `carousels.settings` of whoever takes data_provision messages over UDP. */
export const UdpSettings = z.object(provision);
export type UdpSettings = z.infer<typeof UdpSettings>;

/** `carousels.settings` of one whose EMMs are short messages to the owners of cards. */
export const SmsSettings = z.object({
  port: z.int().min(1).max(0xffff).default(16_000).meta({
    description: 'The application port of TS 23.040, 9.2.3.24.4, at which the device listens.',
  }),
  repetitions: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .meta({ description: 'How often each EMM is sent, refused ones counted.' }),
  spacing_minutes: z
    .int()
    .min(10)
    .max(10_080)
    .default(360)
    .meta({ description: 'Between two repetitions; also how long a message is valid, at most.' }),
  emms_per_minute: z.int().min(1).max(600).default(60).meta({ description: 'How many it sends at most.' }),
});
export type SmsSettings = z.infer<typeof SmsSettings>;

const lane = {
  weight: z.number().min(0).max(1_000).optional(),
  floor: z.number().min(0).max(1).optional(),
};

const TimeOfDay = z.string().refine((text) => minuteOfDay(text) !== null, 'is no time of day, such as 02:30');

const onAirClass = z
  .strictObject({
    ...lane,
    windows: z
      .array(z.strictObject({ from: TimeOfDay, until: TimeOfDay }))
      .max(10)
      .optional()
      .meta({ description: 'The parts of the day, UTC, in which it is on air; all of it when left out.' }),
  })
  .optional();

const classes = z.strictObject({
  new: z.strictObject(lane).optional(),
  unique: onAirClass,
  shared: onAirClass,
  global: onAirClass,
});

/** `carousels.classes`: what is not said is usual. */
export type CarouselClasses = z.infer<typeof classes>;

const shareOf = (given: CarouselClasses[keyof CarouselClasses]) => ({
  ...(given?.weight !== undefined && { weight: given.weight }),
  ...(given?.floor !== undefined && { floor: given.floor }),
});

/** What the classes say of shares, made whole. */
export const sharesOfClasses = (given: CarouselClasses): LaneShares =>
  wholeShares({
    new: shareOf(given.new),
    unique: shareOf(given.unique),
    shared: shareOf(given.shared),
    global: shareOf(given.global),
  });

export const windowsOfClasses = (given: CarouselClasses): Readonly<Record<EmmClass, readonly DailyWindow[]>> => {
  const windows = (each: EmmClass) =>
    (given[each]?.windows ?? []).map(({ from, until }) => ({
      from: minuteOfDay(from) ?? 0,
      until: minuteOfDay(until) ?? 0,
    }));
  return { unique: windows('unique'), shared: windows('shared'), global: windows('global') };
};

export const CarouselClasses = classes.refine(
  (given) => areSharesKept(sharesOfClasses(given)),
  'has floors that are more than 1 together, or leaves a class nothing',
);

export const CarouselName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'is no name of a carousel: 1 to 63 lower-case letters, digits, ._-');

const bandwidth = z.int().min(1).max(0xffff);

const common = {
  bandwidth_kbit_s: bandwidth
    .default(100)
    .meta({ description: 'What the multiplexer is asked for, and never exceeded.' }),
  classes: CarouselClasses.default({}).meta({ description: 'The share of each class; what is left out is usual.' }),
};

/** PUT /v1/admin/clients/{id}/carousels/{name}: what is left out is usual, also where there was something else before. */
export const PutCarousel = z.discriminatedUnion('output', [
  z.strictObject({
    output: z.literal('mux'),
    settings: z.strictObject(MuxSettings.shape).meta({ description: 'Where it sends to, and how.' }),
    ...common,
  }),
  z.strictObject({
    output: z.literal('udp'),
    settings: z.strictObject(UdpSettings.shape).meta({ description: 'Where it sends to, and how.' }),
    ...common,
  }),
  z.strictObject({
    output: z.literal('log'),
    settings: z.strictObject({}).prefault({}).meta({ description: 'Nothing is to be said.' }),
    ...common,
  }),
  z.strictObject({
    output: z.literal('sms'),
    settings: z.strictObject(SmsSettings.shape).prefault({}).meta({ description: 'Which port, how often, how fast.' }),
    ...common,
  }),
]);
export type PutCarousel = z.infer<typeof PutCarousel>;

/** PATCH /v1/cas/carousels/{id}: where it sends to is its operator's, and not changed here. */
export const ChangeCarousel = z.strictObject({
  is_paused: z.boolean().optional().meta({ description: 'While it is, nothing is sent; the connection stays.' }),
  bandwidth_kbit_s: bandwidth
    .optional()
    .meta({ description: 'What the multiplexer is asked for, and never exceeded.' }),
  classes: CarouselClasses.optional().meta({ description: 'In place of what it had; what is left out is usual.' }),
  withdraw: z
    .array(z.uuid())
    .max(100)
    .optional()
    .meta({ description: 'EMMs to take off the air of every carousel of this client, for good.' }),
});
export type ChangeCarousel = z.infer<typeof ChangeCarousel>;

const seconds = (description: string) => z.number().nullable().meta({ description });

/** 200 of GET and PATCH /v1/cas/carousels/{id}. */
export const CarouselView = z.object({
  id: z.uuid(),
  name: z.string(),
  status: z.enum(['ON_AIR', 'SILENT', 'PAUSED']).meta({ description: 'SILENT: nothing was sent for two minutes.' }),
  output: z.enum(['log', 'udp', 'mux', 'sms']),
  bandwidth_kbit_s: z.int(),
  classes,
  emms: z.record(z.enum(emmClasses), z.int()).meta({ description: 'On air by class, when it was planned.' }),
  cycle_seconds: seconds('Until each of them was on air once.'),
  on_air_seconds: seconds('Until an EMM that is made now is on air, at most.'),
  last_sent_at: time.nullable(),
  planned_at: time.nullable(),
  updated_at: time,
  problems: z
    .array(
      z.object({
        code: z.string(),
        emms: z.int().meta({ description: 'How many sendings of EMMs it kept from being.' }),
        last_at: time.meta({ description: 'When the last of them was due.' }),
      }),
    )
    .meta({
      description:
        'Of `sms`, within a day: why EMMs were refused (`credit.insufficient`), or what their messages came to (`message.failed`, `message.expired`).',
    }),
});
export type CarouselView = z.infer<typeof CarouselView>;

export const CarouselList = z.object({ carousels: z.array(CarouselView) });
export type CarouselList = z.infer<typeof CarouselList>;

/** 200 of PUT /v1/admin/clients/{id}/carousels/{name}: also where it sends to. */
export const OperatedCarousel = CarouselView.extend({
  settings: z.record(z.string(), z.unknown()).meta({ description: 'Where it sends to, and how.' }),
});
export type OperatedCarousel = z.infer<typeof OperatedCarousel>;

/** 200 of GET /v1/admin/clients/{id}/carousels, by name. */
export const OperatedCarouselList = z.object({ carousels: z.array(OperatedCarousel) });
export type OperatedCarouselList = z.infer<typeof OperatedCarouselList>;

const asNumber = (least: number, most: number) => z.coerce.number().min(least).max(most);

/** GET /v1/cas/bandwidth: how long a cycle is, and what it takes to make it shorter. */
export const PlanBandwidth = z.strictObject({
  subscribers: asNumber(1, 100_000_000).meta({ description: 'Cards that are addressed one by one.' }),
  emms_per_subscriber: asNumber(0.001, 100).default(1),
  section_octets: asNumber(10, 256).default(120),
  bandwidth_kbit_s: asNumber(1, 100_000).default(100),
  cycle_seconds: asNumber(1, 86_400).optional().meta({ description: 'What the cycle should be.' }),
});

export const BandwidthPlan = z.object({
  emms: z.int(),
  emissions_per_second: z.number(),
  cycle_seconds: z.number(),
  needed_kbit_s: z.int().nullable().meta({ description: 'For the cycle that was asked for.' }),
});
export type BandwidthPlan = z.infer<typeof BandwidthPlan>;
