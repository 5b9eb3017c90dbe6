export interface Patience {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again and again until the answer is something other than undefined, null or false, and gives that answer.
 *
 * @throws Error saying what did not come about in time. A machine under load is slow: the default is a minute.
 */
export const until = async <Value>(
  what: string,
  probe: () => Value | Promise<Value>,
  { withinMs = 60_000, everyMs = 50 }: Patience = {},
): Promise<Exclude<Value, undefined | null | false>> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false)
      return found as Exclude<Value, undefined | null | false>;
    if (performance.now() > deadline) throw new Error(`It did not come about within ${withinMs / 1000} s: ${what}`);
    await pause(everyMs);
  }
};
