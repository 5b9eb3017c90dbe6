/**
 * Whether one word is the other but for one typing mistake: a letter too many, too few, another one, or two that have
 * changed places.
 */
export const isNearMiss = (typed: string, meant: string): boolean => {
  if (typed === meant) return true;
  if (Math.abs(typed.length - meant.length) > 1) return false;
  let at = 0;
  while (at < typed.length && typed[at] === meant[at]) at += 1;
  const [restTyped, restMeant] = [typed.slice(at), meant.slice(at)];
  if (restTyped.length > restMeant.length) return restTyped.slice(1) === restMeant;
  if (restTyped.length < restMeant.length) return restTyped === restMeant.slice(1);
  const swapped = `${restTyped[1] ?? ''}${restTyped[0] ?? ''}`;
  return (
    restTyped.slice(1) === restMeant.slice(1) ||
    (swapped === restMeant.slice(0, 2) && restTyped.slice(2) === restMeant.slice(2))
  );
};

/** Shorter words are too close to one another for a mistake to be told from another word. */
const shortestForgiven = 3;

/**
 * What was meant: the exact word, or else the only one within one typing mistake.
 *
 * @returns undefined when there is none, or when it might be one of two that mean different things.
 */
export const findMeant = <Meaning>(
  typed: string,
  words: ReadonlyMap<string, Meaning>,
  isSame: (a: Meaning, b: Meaning) => boolean = Object.is,
): Meaning | undefined => {
  const exact = words.get(typed);
  if (exact !== undefined || typed.length < shortestForgiven) return exact;
  const near = [...words].filter(([word]) => word.length >= shortestForgiven && isNearMiss(typed, word));
  const [first] = near;
  return first && near.every(([, meaning]) => isSame(meaning, first[1])) ? first[1] : undefined;
};
