import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** RFC 4291, 2.4: what IANA gives out as global unicast. All else is reserved, or reaches an IPv4 address by a detour. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether the address is one of the public internet: global unicast, and neither private, shared (CGNAT), loopback,
 * link-local (the metadata services), multicast, documentation, benchmarking nor reserved (the special-purpose
 * registries of RFC 6890). An IPv6 address that stands for an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is not.
 */
export const isPublicAddress = (address: string): boolean => {
  // The parser also takes `127.1` and octal, which nothing that resolves a name ever gives.
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
};
