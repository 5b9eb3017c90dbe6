import { CfnParameter, type Stack } from 'aws-cdk-lib';

/** The environment of programs that judge where a provider is; the parameter is left empty but in the dev cloud. */
export const providerExemptHosts = (stack: Stack): { readonly PROVIDER_EXEMPT_HOSTS: string } => ({
  PROVIDER_EXEMPT_HOSTS: new CfnParameter(stack, 'ProviderExemptHosts', {
    default: '',
    description: 'Hosts, joined by commas, that a provider may be at although they are not public.',
  }).valueAsString,
});
