/** An SMSC to use instead of the simulator. */
export interface SmscAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly systemId: string;
  readonly password: string;
}

/** @throws Error saying how `SMSC_URL` is to be written. */
export const parseSmscUrl = (text: string): SmscAddress => {
  const url = URL.parse(text);
  const isSmpp = url?.protocol === 'smpp:' || url?.protocol === 'smpps:';
  if (!url || !isSmpp || url.hostname === '' || url.username === '')
    throw new Error(`SMSC_URL is not of the form smpp://user:password@host:port (smpps:// for TLS)`);
  return {
    host: url.hostname,
    port: Number(url.port || 2775),
    tls: url.protocol === 'smpps:',
    systemId: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
};
