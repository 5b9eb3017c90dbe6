import type { SignalboxClient } from '../clients/typescript/src/create-client.ts';

/** What was given to a command, by name: options, and words in the order of `positionals`. */
export type Given = Readonly<Record<string, string | undefined>>;

export interface Command {
  /** As it is typed: `clients create`. */
  readonly name: string;
  readonly summary: string;
  /** Words that must follow, by name. */
  readonly positionals?: readonly string[];
  /** Options by name; `required` ones must be given. All take a value. */
  readonly options?: Readonly<Record<string, { readonly value: string; readonly required?: boolean }>>;
  /** Asked with the admin key where both are known. */
  readonly needsAdmin?: boolean;
  /** Of a list: which fields a table shows. */
  readonly columns?: readonly string[];
  /** Resolves with the answer; with an iterable of objects where they are to be printed one by one, a line of JSON each. */
  run(client: SignalboxClient, given: Given): Promise<unknown>;
}
