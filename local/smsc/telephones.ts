import type { MobileOriginated } from './mobile-originated.ts';
import type { SubmitRecord } from './received-messages.ts';

/** Whoever has the telephones that the simulator delivers to. */
export interface Telephones {
  /** Told of every submit that was taken, once per submit; gives what the telephone sends back, which may be nothing. */
  readonly receive: (record: SubmitRecord) => readonly MobileOriginated[];
}
