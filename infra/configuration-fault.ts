/** What whoever deploys has set wrongly; its message is one sentence that says what to set. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault';
}
