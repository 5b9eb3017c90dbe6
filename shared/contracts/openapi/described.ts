import type * as z from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Operation } from '../routes.ts';

/** What the document says of an operation beside what its row in the route table says. */
export interface Described {
  readonly summary: string;
  readonly tag: 'Messages' | 'Credit' | 'Callbacks' | 'Recipients' | 'Administration' | 'Service';
  readonly body?: z.ZodType;
  /** Of the body: one that a test sends as it stands. */
  readonly example?: unknown;
  /** Of the body; JSON unless told otherwise. */
  readonly contentType?: string;
  readonly query?: z.ZodObject;
  readonly answers: readonly {
    readonly status: number;
    readonly description: string;
    /** Absent where there is no body. */
    readonly schema?: z.ZodType;
    readonly contentType?: string;
    readonly example?: unknown;
  }[];
  /** Beside those that every route, and every route with a body, has. */
  readonly problems: readonly ProblemCode[];
  /** Takes an Idempotency-Key. */
  readonly isIdempotent?: boolean;
}

export type DescribedOperations<Name extends Operation> = Readonly<Record<Name, Described>>;
