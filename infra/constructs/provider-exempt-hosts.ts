import { CfnParameter, Fn, type Stack } from 'aws-cdk-lib';
import type { StageConfig } from '../config.ts';

/**
 * The environment of programs that judge where a provider is: what the stage's configuration lets through, and the
 * parameter, which is left empty but in the dev cloud.
 */
export const providerExemptHosts = (
  stack: Stack,
  { providerHosts }: StageConfig,
): { readonly PROVIDER_EXEMPT_HOSTS: string } => {
  const parameter = new CfnParameter(stack, 'ProviderExemptHosts', {
    default: '',
    description: 'Hosts and networks, joined by commas, that a provider may be at although they are not public.',
  }).valueAsString;
  return {
    PROVIDER_EXEMPT_HOSTS: providerHosts.length === 0 ? parameter : Fn.join(',', [...providerHosts, parameter]),
  };
};
