import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

/** Gives every address of a host name; throws as node:dns does when there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The name leads to an address that must not be called. */
export class AddressRefused extends Error {
  constructor(message = 'The host of the URL resolves to an address that is not on the public internet') {
    super(message);
    this.name = 'AddressRefused';
  }
}

/**
 * Asks the name servers for A and AAAA, and never the hosts file. Unlike getaddrinfo it takes no thread, of which a
 * process has four, so that one dead name server does not hold up what else connects.
 */
export const createResolve = (resolver = new Resolver({ timeout: 2_000, tries: 2 })): Resolve => {
  return async (hostname) => {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [first] = answers;
    if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
    return addresses;
  };
};

/**
 * A lookup for a connection: what is connected to is exactly what was checked, so that a name which changes its address
 * in between gains nothing. A name with one address that may not be called is refused whole.
 *
 * @param refuse the error for such a name; that it says neither name nor address is for those whom clients read.
 */
export const createPublicLookup = (
  resolve: Resolve,
  isPublic: (address: string) => boolean,
  refuse: (hostname: string, address: string) => AddressRefused = () => new AddressRefused(),
): LookupFunction => {
  const find = async (hostname: string, family: number | undefined) => {
    const addresses = await resolve(hostname);
    const inside = addresses.find((address) => !isPublic(address));
    if (inside !== undefined) throw refuse(hostname, inside);
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const fitting = family === 4 || family === 6 ? found.filter((each) => each.family === family) : found;
    const [first] = fitting;
    if (!first) throw Object.assign(new Error(`No address for ${hostname}`), { code: 'ENOTFOUND' });
    return { first, fitting };
  };
  return (hostname, options, callback) => {
    const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : options.family;
    find(hostname, family).then(
      ({ first, fitting }) => {
        if (options.all) callback(null, fitting);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
};
