import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

export type CallbackUrlRefusal =
  | 'too-long'
  | 'malformed'
  | 'not-https'
  | 'has-credentials'
  | 'port-not-allowed'
  | 'host-not-public';

export type CallbackUrlCheck =
  | { readonly outcome: 'ok'; readonly url: URL; readonly exempt: boolean }
  | { readonly outcome: 'refused'; readonly reason: CallbackUrlRefusal };

/** What each refusal says to whoever gave the URL. */
export const callbackUrlRefusals: Readonly<Record<CallbackUrlRefusal, string>> = {
  'too-long': 'The URL is longer than 2048 characters',
  malformed: 'The URL cannot be parsed',
  'not-https': 'The URL must begin with https://',
  'has-credentials': 'The URL must not hold a user name or password',
  'port-not-allowed': 'The port of the URL must be 443',
  'host-not-public': 'The host of the URL is not on the public internet',
};

const longest = 2_048;
/** Nowhere, and mail, where a request could be read as commands. */
const refusedPorts: readonly string[] = ['0', '25'];
/** Names that are by their meaning not on the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const localNames = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;

const refused = (reason: CallbackUrlRefusal): CallbackUrlCheck => ({ outcome: 'refused', reason });

/**
 * Origins that may be called although they are not public: comma separated, as `http://127.0.0.1:4711`. For the dev
 * cloud's receiver only.
 *
 * @throws TypeError when one of them is not a URL.
 */
export const parseExemptOrigins = (text: string): readonly string[] =>
  text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
    .map((origin) => new URL(origin).origin);

const isLocalHost = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? localNames.test(hostname) : !isPublicAddress(address);
};

/**
 * What can be said of a callback URL without resolving its host. What the name resolves to is checked again with
 * every connection.
 */
export const checkCallbackUrl = (text: string, exemptOrigins: readonly string[]): CallbackUrlCheck => {
  if (text.length > longest) return refused('too-long');
  const url = URL.parse(text);
  if (!url) return refused('malformed');
  if (url.username !== '' || url.password !== '') return refused('has-credentials');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('not-https');
  if (exemptOrigins.includes(url.origin)) return { outcome: 'ok', url, exempt: true };
  if (url.protocol !== 'https:') return refused('not-https');
  if (refusedPorts.includes(url.port)) return refused('port-not-allowed');
  if (isLocalHost(url.hostname)) return refused('host-not-public');
  return { outcome: 'ok', url, exempt: false };
};

/**
 * The same of a URL that is being set: the way out is open for 443 alone, so that any other port could never be reached.
 */
export const checkNewCallbackUrl = (text: string, exemptOrigins: readonly string[]): CallbackUrlCheck => {
  const check = checkCallbackUrl(text, exemptOrigins);
  // A URL has no port where it is the one of its scheme.
  return check.outcome === 'ok' && !check.exempt && check.url.port !== '' ? refused('port-not-allowed') : check;
};
