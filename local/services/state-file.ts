import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod';

export interface StateFile<State> {
  readonly state: State;
  /** Writes the state whole or not at all, readable by its owner only. */
  save(): void;
}

/**
 * State that outlives a restart when a path is given, and otherwise lives in memory.
 *
 * @throws Error naming the file when what it holds does not fit the shape.
 */
export const openState = <State>(path: string | undefined, shape: z.ZodType<State>, empty: State): StateFile<State> => {
  if (path === undefined) return { state: empty, save: () => undefined };
  const read = (): State => {
    const parsed = shape.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new Error(`${path} does not hold what was written there: remove it, or put its copy back.`, {
      cause: parsed.error,
    });
  };
  const state = existsSync(path) ? read() : empty;
  return {
    state,
    save: () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
};
