/** The part of dynalite 4.0.0 that is used here; the package brings no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  const dynalite: (options: {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }) => Server;
  export = dynalite;
}
