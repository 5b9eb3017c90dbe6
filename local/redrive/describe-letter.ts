/** What may be shown of a dead letter: what it is and whom it is about, by ids alone. */
export interface LetterSample {
  readonly id: string;
  readonly sentAt: string;
  /** `MessageAccepted/1`; null where the body is none of our messages. */
  readonly type: string | null;
  readonly ids: Readonly<Record<string, string>>;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const typeName = /^[A-Z][A-Za-z]{1,40}$/;
const idName = /^[a-z_]{1,40}_id$/;

const read = (body: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

/** Numbers and texts stay where they are: only UUIDs under a name that ends in `_id` are let through. */
export const describeLetter = (id: string, sentAt: Date, body: string): LetterSample => {
  const members = read(body);
  const { type, version } = members;
  const isOurs = typeof type === 'string' && typeName.test(type) && typeof version === 'number';
  const ids = Object.entries(members).filter(
    (entry): entry is [string, string] => idName.test(entry[0]) && typeof entry[1] === 'string' && uuid.test(entry[1]),
  );
  return {
    id,
    sentAt: sentAt.toISOString(),
    type: isOurs ? `${type}/${version}` : null,
    ids: Object.fromEntries(ids),
  };
};
