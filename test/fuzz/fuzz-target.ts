/** Something that takes octets from outside, and what has to hold whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /**
   * Gives what kind of input it was, in few words: inputs of a new kind are kept, for the run, to go on from.
   *
   * @throws when anything happens that must not.
   */
  readonly probe: (octets: Buffer) => string;
}
