import type * as z from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Operation } from '../routes.ts';

/** What the document says of an operation beside what its row in the route table says. */
export interface Described {
  readonly summary: string;
  readonly tag:
    | 'Messages'
    | 'Pushes'
    | 'Credit'
    | 'Callbacks'
    | 'Recipients'
    | 'Conditional access'
    | 'Administration'
    | 'Service';
  readonly body?: z.ZodType;
  /** Of the body: one that a test sends as it stands. */
  readonly example?: unknown;
  /** Of the body; JSON unless told otherwise. */
  readonly contentType?: string;
  /** Of the body in XML, where that is read as well: one that a test sends as it stands. */
  readonly xmlExample?: string;
  readonly query?: z.ZodObject;
  readonly answers: readonly {
    readonly status: number;
    readonly description: string;
    /** Absent where there is no body. */
    readonly schema?: z.ZodType;
    readonly contentType?: string;
    readonly example?: unknown;
    /** Written in XML too where that is asked for: the root of the document. */
    readonly xmlRoot?: string;
  }[];
  /** Beside those that every route, and every route with a body, has. */
  readonly problems: readonly ProblemCode[];
  /** Takes an Idempotency-Key. */
  readonly isIdempotent?: boolean;
}

export type DescribedOperations<Name extends Operation> = Readonly<Record<Name, Described>>;
