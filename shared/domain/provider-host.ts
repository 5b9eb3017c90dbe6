import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** Names that are by their meaning not on the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const localNames = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i;
/** RFC 1123, 2.1: labels of letters, digits and hyphens; more than one, since a single one is a name of the local network. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/**
 * Hosts that a provider may be at although they are internal, comma separated: for the dev cloud's SMSC only.
 */
export const parseExemptHosts = (text: string): readonly string[] =>
  text
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');

/**
 * Why a provider cannot be at this host, as far as that can be said without resolving it; undefined when it can.
 *
 * @param host an IPv4 or IPv6 address, or a name.
 */
export const refuseHost = (host: string, exemptHosts: readonly string[]): string | undefined => {
  if (exemptHosts.includes(host.toLowerCase())) return undefined;
  if (isIP(host) !== 0)
    return isPublicAddress(host) ? undefined : 'is an internal address: give one of the public internet';
  if (localNames.test(host)) return 'is an internal name: give one of the public internet';
  return hostName.test(host) ? undefined : 'is neither a host name with its domain nor an IP address';
};
