import type { LookupFunction } from 'node:net';
import { mayBeAt, refuseHost, refuseUrl } from '#shared/domain/provider-host.ts';
import { AddressRefused, createPublicLookup, createResolve, type Resolve } from './public-lookup.ts';

/** Where connections to providers may lead: the public internet, and what the operator exempts. */
export interface ProviderReach {
  /** Why there is to be no connection to this host, before it is resolved; undefined: it may be resolved. */
  refuseHost(host: string): string | undefined;
  /** The same of a URL. */
  refuseUrl(url: URL): string | undefined;
  /** Resolves this host and refuses what is inside; undefined: it is exempt, and the system resolves it. */
  lookupOf(host: string): LookupFunction | undefined;
}

/** @param exemptHosts see parseExemptHosts. */
export const createProviderReach = (
  exemptHosts: readonly string[],
  resolve: Resolve = createResolve(),
): ProviderReach => {
  const lookup = createPublicLookup(
    resolve,
    (address) => mayBeAt(address, exemptHosts),
    // Only operators read it.
    (hostname, address) =>
      new AddressRefused(`${hostname} resolves to ${address}, which is internal and not exempt (docs/providers.md)`),
  );
  return {
    refuseHost: (host) => refuseHost(host, exemptHosts),
    refuseUrl: (url) => refuseUrl(url, exemptHosts),
    lookupOf: (host) => (exemptHosts.includes(host.toLowerCase()) ? undefined : lookup),
  };
};
