import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

/** Facts about resources that have to outlive a run, such as a key's generated id; by stack and logical id. */
export interface ResourceState {
  read(key: string): unknown;
  /** Written through at once, so that a killed run leaves what it made findable. */
  write(key: string, value: unknown): void;
}

const State = z.record(z.string(), z.unknown());

const load = (file: string): Record<string, unknown> => {
  try {
    return State.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read. Start with --reset to begin anew.`, { cause: error });
  }
};

export const openResourceState = (file: string): ResourceState => {
  const state = load(file);
  return {
    read: (key) => state[key],
    write: (key, value) => {
      state[key] = value;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
      renameSync(`${file}.new`, file);
    },
  };
};
