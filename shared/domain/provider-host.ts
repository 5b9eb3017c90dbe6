import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPublicAddress } from './public-address.ts';

/** Names that are by their meaning not on the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const localNames = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i;
/** RFC 1123, 2.1: labels of letters, digits and hyphens; more than one, since a single one is a name of the local network. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/** What a network may exempt: never loopback, link-local (the metadata services) or anything reserved. */
const exemptible: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal']);
/** Of Amazon's own services on an instance over IPv6, the metadata service among them. */
const instanceServices = ipaddr.IPv6.parseCIDR('fd00:ec2::/32');

/**
 * Hosts that a provider may be at although they are internal, comma separated: a name or an address that is let through
 * as it is written, or a network (`10.20.0.0/16`), for providers that are reached by a VPN.
 *
 * @throws Error when a network is none.
 */
export const parseExemptHosts = (text: string): readonly string[] => {
  const hosts = text
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
  for (const host of hosts)
    if (host.includes('/') && !ipaddr.isValidCIDR(host)) throw new TypeError(`${host} is no network`);
  return hosts;
};

const isWithin = (address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean => {
  const [base, bits] = ipaddr.parseCIDR(network);
  if (base.kind() !== address.kind() || !exemptible.has(address.range())) return false;
  if (address instanceof ipaddr.IPv6 && address.match(instanceServices)) return false;
  return address.match([base, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number]);
};

/** Whether a provider may be at this address: it is public, or the operator exempts it or its network. */
export const mayBeAt = (address: string, exemptHosts: readonly string[]): boolean => {
  if (isIP(address) === 0 || address.includes('%')) return false;
  if (isPublicAddress(address)) return true;
  const parsed = ipaddr.parse(address);
  return exemptHosts.some((host) =>
    host.includes('/')
      ? isWithin(parsed, host)
      : isIP(host) !== 0 && ipaddr.parse(host).toNormalizedString() === parsed.toNormalizedString(),
  );
};

/**
 * Why a provider cannot be at this host, as far as that can be said without resolving it; undefined when it can.
 *
 * @param host an IPv4 or IPv6 address, or a name.
 */
export const refuseHost = (host: string, exemptHosts: readonly string[]): string | undefined => {
  if (exemptHosts.includes(host.toLowerCase())) return undefined;
  if (isIP(host) !== 0)
    return mayBeAt(host, exemptHosts) ? undefined : 'is an internal address: give one of the public internet';
  if (localNames.test(host)) return 'is an internal name: give one of the public internet';
  return hostName.test(host) ? undefined : 'is neither a host name with its domain nor an IP address';
};

/** The host of a URL, an IPv6 address without its brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/**
 * Why a provider cannot be at this URL, as far as that can be said without resolving its host; undefined when it can.
 * Only a host that is exempt by itself, and not by its network, is let off https.
 */
export const refuseUrl = (url: URL, exemptHosts: readonly string[]): string | undefined => {
  if (url.username !== '' || url.password !== '') return 'holds a user name or password';
  const host = hostOf(url);
  if (exemptHosts.includes(host) && url.protocol === 'http:') return undefined;
  if (url.protocol !== 'https:') return 'does not begin with https://';
  const why = refuseHost(host, exemptHosts);
  return why === undefined ? undefined : `has a host that ${why}`;
};
