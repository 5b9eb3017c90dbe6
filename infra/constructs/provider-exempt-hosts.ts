import { CfnParameter, Fn, type Stack } from 'aws-cdk-lib';
import type { Deployment } from '../deployment.ts';
import { simulatorHost } from './smsc-simulator.ts';

/**
 * The environment of programs that judge where a provider is: what the stage's configuration lets through, the
 * simulator where the stage has one, and the parameter, which is left empty but in the dev cloud.
 */
export const providerExemptHosts = (
  stack: Stack,
  { config, names }: Deployment,
): { readonly PROVIDER_EXEMPT_HOSTS: string } => {
  const parameter = new CfnParameter(stack, 'ProviderExemptHosts', {
    default: '',
    description: 'Hosts and networks, joined by commas, that a provider may be at although they are not public.',
  }).valueAsString;
  const hosts = [...config.providerHosts, ...(config.smscSimulator ? [simulatorHost(names)] : [])];
  return {
    PROVIDER_EXEMPT_HOSTS: hosts.length === 0 ? parameter : Fn.join(',', [...hosts, parameter]),
  };
};
