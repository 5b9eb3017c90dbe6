/** A policy that IAM would not take, or that the dev cloud cannot judge: never passed over in silence. */
export class PolicyFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PolicyFault';
  }
}
