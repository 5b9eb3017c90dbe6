/** An answer of the API as it came. */
export interface ApiAnswer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; null when it is no JSON. */
  readonly body: Body;
  readonly text: string;
}

export interface ApiCall {
  /** An object is sent as JSON, a string or octets just as they are. */
  readonly body?: object | string | Uint8Array<ArrayBuffer>;
  /** The value of X-API-Key; null sends none. The demo client's when left out. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiClient {
  call<Body = unknown>(method: string, path: string, call?: ApiCall): Promise<ApiAnswer<Body>>;
  /** Every answer so far, for what holds of all of them. */
  readonly answers: readonly ApiAnswer[];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const payloadOf = (body: ApiCall['body']): string | Uint8Array<ArrayBuffer> | undefined =>
  typeof body === 'object' && !(body instanceof Uint8Array) ? JSON.stringify(body) : body;

/** Speaks HTTP with the gateway as a client's program does. */
export const createApiClient = (apiUrl: string, usualKey: string): ApiClient => {
  const answers: ApiAnswer[] = [];
  return {
    answers,
    call: async <Body>(method: string, path: string, { body, key = usualKey, headers = {} }: ApiCall = {}) => {
      const payload = payloadOf(body);
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          ...(key === null ? {} : { 'x-api-key': key }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload === undefined ? {} : { body: payload }),
      });
      const text = await response.text();
      const answer = { status: response.status, headers: response.headers, body: parse(text) as Body, text };
      answers.push(answer);
      return answer;
    },
  };
};
