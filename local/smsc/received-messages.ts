import type { PartNumber } from './user-data-text.ts';

/** One submit as it came, and what was answered. */
export interface SubmitRecord {
  readonly time: string;
  readonly session: number;
  readonly command: string;
  readonly sequence_number: number;
  readonly service_type: string;
  readonly source_addr_ton: number;
  readonly source_addr_npi: number;
  readonly source: string;
  readonly dest_addr_ton: number;
  readonly dest_addr_npi: number;
  readonly destination: string;
  readonly esm_class: number;
  readonly protocol_id: number;
  readonly priority_flag: number;
  readonly schedule_delivery_time: string;
  readonly validity_period: string;
  readonly registered_delivery: number;
  readonly data_coding: number;
  readonly udh_hex: string;
  readonly data_hex: string;
  readonly part: PartNumber | null;
  /** This part's text; null when data_coding says that it is none. */
  readonly text: string | null;
  /** 0 when it was taken. */
  readonly command_status: number;
  /** The id in the response; null when it was refused. */
  readonly message_id: string | null;
  /** The id in the receipt, which may be written differently. */
  readonly receipt_id: string | null;
}

/** Parts put together again. */
export interface ReceivedMessage {
  readonly source: string;
  readonly destination: string;
  readonly data_coding: number;
  readonly text: string | null;
  readonly data_hex: string;
  readonly total: number;
  /** The numbers of the parts that came, in order. */
  readonly parts: readonly number[];
  readonly complete: boolean;
  /** How many of its parts came more than once. */
  readonly duplicate_parts: number;
  readonly message_ids: readonly string[];
}

export interface Duplicate {
  readonly destination: string;
  readonly part: number;
  readonly text: string | null;
  readonly data_hex: string;
  readonly times: number;
  readonly message_ids: readonly string[];
}

export interface Records {
  readonly add: (record: SubmitRecord) => void;
  readonly all: () => readonly SubmitRecord[];
  readonly clear: () => void;
}

/** Keeps the last `most` records, and no more. */
export const createRecords = (most = 100_000): Records => {
  let kept: SubmitRecord[] = [];
  return {
    add: (record) => {
      kept.push(record);
      if (kept.length > most * 1.25) kept = kept.slice(-most);
    },
    all: () => kept.slice(-most),
    clear: () => {
      kept = [];
    },
  };
};

const isTaken = (record: SubmitRecord): boolean => record.command_status === 0;

interface Group {
  readonly parts: Map<number, SubmitRecord>;
  duplicates: number;
}

const groupKey = ({ source, destination, data_coding, part }: SubmitRecord): string =>
  JSON.stringify([source, destination, data_coding, part?.reference_bits, part?.reference, part?.total]);

/** A part number that is there already, with other words, starts the next message: references are used again. */
const groupParts = (records: readonly SubmitRecord[]): Group[] => {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const record of records) {
    const key = groupKey(record);
    const number = record.part?.number ?? 1;
    const group = record.part ? open.get(key) : undefined;
    const earlier = group?.parts.get(number);
    if (group && earlier?.data_hex === record.data_hex) group.duplicates += 1;
    else if (group && !earlier) group.parts.set(number, record);
    else {
      const next = { parts: new Map([[number, record]]), duplicates: 0 };
      if (record.part) open.set(key, next);
      groups.push(next);
    }
  }
  return groups;
};

const join = ({ parts, duplicates }: Group): ReceivedMessage => {
  const sorted = [...parts].sort(([left], [right]) => left - right).map(([, record]) => record);
  const [first] = sorted;
  if (!first) throw new Error('A group has at least one part.');
  const total = first.part?.total ?? 1;
  return {
    source: first.source,
    destination: first.destination,
    data_coding: first.data_coding,
    text: first.text === null ? null : sorted.map(({ text }) => text ?? '').join(''),
    data_hex: sorted.map(({ data_hex }) => data_hex).join(''),
    total,
    parts: sorted.map(({ part }) => part?.number ?? 1),
    complete: sorted.length === total,
    duplicate_parts: duplicates,
    message_ids: sorted.flatMap(({ message_id }) => message_id ?? []),
  };
};

/** What was taken, as the recipients' telephones would show it; a part that came again is counted, not shown. */
export const reassemble = (records: readonly SubmitRecord[]): ReceivedMessage[] =>
  groupParts(records.filter(isTaken)).map(join);

/** What was taken more than once: the same words to the same destination as the same part, under whatever reference. */
export const findDuplicates = (records: readonly SubmitRecord[]): Duplicate[] => {
  const seen = new Map<string, SubmitRecord[]>();
  for (const record of records.filter(isTaken)) {
    const { destination, data_coding, data_hex, part } = record;
    const key = JSON.stringify([destination, data_coding, data_hex, part?.number ?? 1, part?.total ?? 1]);
    const same = seen.get(key);
    if (same) same.push(record);
    else seen.set(key, [record]);
  }
  return [...seen.values()]
    .filter((same) => same.length > 1)
    .map((same) => ({
      destination: same[0]?.destination ?? '',
      part: same[0]?.part?.number ?? 1,
      text: same[0]?.text ?? null,
      data_hex: same[0]?.data_hex ?? '',
      times: same.length,
      message_ids: same.flatMap(({ message_id }) => message_id ?? []),
    }));
};
