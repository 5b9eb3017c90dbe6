/**
 * What every SDK client is made with. Connections are kept alive by the SDK's own agents; a call that has hung is given
 * up early enough for another attempt to fit into a function's timeout.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    // Without it the SDK only warns of a request that takes too long, and goes on waiting.
    throwOnRequestTimeout: true,
  },
} as const;

/** For what a request can do without: given up early and not repeated, because somebody is waiting for the answer. */
export const hotPathSettings = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 300, requestTimeout: 500, throwOnRequestTimeout: true },
} as const;
