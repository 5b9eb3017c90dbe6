/** What the template says of a REST API, after its intrinsic functions were worked out. */
export interface GatewayDefinition {
  readonly apiId: string;
  readonly name: string;
  readonly stage: string;
  readonly routes: readonly GatewayRoute[];
  /** By response type, such as `UNAUTHORIZED` or `DEFAULT_4XX`. */
  readonly responses: Readonly<Record<string, GatewayResponse>>;
  /** Media types that reach the function as base64; an element may be a wildcard type. */
  readonly binaryMediaTypes: readonly string[];
  readonly stageVariables: Readonly<Record<string, string>>;
}

export interface GatewayRoute {
  readonly method: string;
  /** As in the template: `/v1/messages/{id}`; a last segment `{proxy+}` takes all that follows. */
  readonly path: string;
  readonly resourceId: string;
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
  readonly authorizer?: GatewayAuthorizer | undefined;
}

export interface GatewayAuthorizer {
  readonly name: string;
  /** What a function's permission for it names: `arn:aws:execute-api:region:account:api/authorizers/id`. */
  readonly arn: string;
  readonly functionArn: string;
  /** Mapping expressions such as `method.request.header.Authorization`; all have to be there. */
  readonly identitySources: readonly string[];
}

export interface GatewayResponse {
  readonly statusCode?: number | undefined;
  /** Header name -> what it is mapped from: `'a literal'` or `context.requestId`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Media type -> body template. */
  readonly templates: Readonly<Record<string, string>>;
}

/** A route with the path parameters a request gave it, decoded. */
export interface MatchedRoute {
  readonly route: GatewayRoute;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const matchSegments = (pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(segment);
    if (greedy?.[1]) {
      if (given.length <= index) return undefined;
      parameters[greedy[1]] = given.slice(index).map(decode).join('/');
      return parameters;
    }
    const value = given[index];
    const named = /^\{(.+)\}$/.exec(segment);
    if (value === undefined || (!named && value !== segment)) return undefined;
    if (named?.[1]) parameters[named[1]] = decode(value);
  }
  return pattern.length === given.length ? parameters : undefined;
};

/** Literal segments win over parameters, parameters over `{proxy+}`, as API Gateway resolves them. */
const generality = (path: string): string =>
  segmentsOf(path)
    .map((segment) => (segment.endsWith('+}') ? '3' : segment.startsWith('{') ? '2' : '1'))
    .join('');

/** Finds the route of a request; a route for `ANY` answers when none names the method. */
export const createRouter = (
  routes: readonly GatewayRoute[],
): ((method: string, path: string) => MatchedRoute | undefined) => {
  const table = [...routes]
    .sort((left, right) => (generality(left.path) < generality(right.path) ? -1 : 1))
    .map((route) => ({ route, segments: segmentsOf(route.path) }));
  return (method, path) => {
    const given = segmentsOf(path);
    for (const wanted of [method, 'ANY'])
      for (const { route, segments } of table) {
        if (route.method !== wanted) continue;
        const parameters = matchSegments(segments, given);
        if (!parameters) continue;
        return { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null };
      }
    return undefined;
  };
};
