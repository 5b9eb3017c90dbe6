import type { HsmDocument } from '#shared/contracts/hsm-xml.ts';

/** Why the mock HSM will not do what it was asked. */
export class MockRefusal extends Error {
  override readonly name = 'MockRefusal';
  readonly reason: HsmDocument<'Refused'>['reason'];

  constructor(reason: HsmDocument<'Refused'>['reason']) {
    super(reason);
    this.reason = reason;
  }
}
