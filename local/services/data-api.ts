import { AwsError } from './aws-error.ts';
import { type AwsRequest, type Endpoint, startAwsJsonServer } from './aws-json-server.ts';
import { operations, type Prepared, type Service } from './data-api/operations.ts';
import { refuseSchema } from './data-api/requests.ts';
import { createTransactions } from './data-api/transactions.ts';
import type { Gate } from './gate.ts';
import type { Login } from './postgres.ts';

/** One call, as a fault hook sees it. */
export interface DataApiCall {
  readonly principal: string;
  /** The REST path: `/Execute`, `/BatchExecute`, `/BeginTransaction`, `/CommitTransaction`, `/RollbackTransaction`. */
  readonly operation: string;
  readonly sql?: string | undefined;
  readonly transactionId?: string | undefined;
}

/**
 * Asked before and after each call. It may wait, or throw: AwsError to be answered, ConnectionLost to break the line.
 * After the call its work is committed, so throwing there is the timeout that came too late.
 */
export interface DataApiFaults {
  before?(call: DataApiCall): Promise<void>;
  after?(call: DataApiCall): Promise<void>;
}

export interface DataApiOptions {
  readonly gate: Gate;
  readonly clusterArn: string;
  /** The login behind a secret (`{"username","password"}` in Secrets Manager), or undefined for an unknown one. */
  loginOf(secretArn: string): Promise<Login | undefined>;
  readonly faults?: DataApiFaults;
  /** How long a call may take; on AWS 45 seconds, the default. */
  readonly callTimeoutMilliseconds?: number;
  /** How long a transaction may wait for its next call; on AWS 3 minutes, the default. */
  readonly transactionIdleMilliseconds?: number;
  /** Connections per database and user. Default 40. */
  readonly connections?: number;
}

const admit = (clusterArn: string, request: AwsRequest): Prepared => {
  const prepared = operations[request.operation]?.(request.body);
  if (!prepared) throw new AwsError('UnknownOperationException', `There is no ${request.operation}.`, 404);
  const { resourceArn, secretArn } = prepared.request;
  refuseSchema(prepared.request);
  request.demand(prepared.action, resourceArn);
  request.demand('secretsmanager:GetSecretValue', secretArn);
  if (resourceArn !== clusterArn) {
    throw new AwsError('DatabaseNotFoundException', `DBCluster ${resourceArn} is not found`, 404);
  }
  return prepared;
};

/** Aurora PostgreSQL's Data API (REST-JSON, `rds-data`) in front of a PostgreSQL server, as strict as the real one. */
export const startDataApi = async (options: DataApiOptions): Promise<Endpoint> => {
  const service: Service = {
    loginOf: (secretArn) => options.loginOf(secretArn),
    callTimeoutMilliseconds: options.callTimeoutMilliseconds ?? 45_000,
    connections: options.connections ?? 40,
    databases: new Map(),
    transactions: createTransactions({
      idleMilliseconds: options.transactionIdleMilliseconds ?? 180_000,
      totalMilliseconds: 86_400_000,
    }),
  };
  const server = await startAwsJsonServer({
    service: 'rds-data',
    gate: options.gate,
    maxBodyBytes: 4 * 1024 * 1024,
    handle: async (request) => {
      const prepared = admit(options.clusterArn, request);
      const { sql, transactionId } = prepared.request;
      const call = { principal: request.principal, operation: request.operation, sql, transactionId };
      await options.faults?.before?.(call);
      const result = await prepared.run(service);
      await options.faults?.after?.(call);
      return result;
    },
  });
  const stop = async () => {
    await server.stop();
    await service.transactions.close();
    await Promise.all([...service.databases.values()].map((database) => database.close()));
  };
  return { url: server.url, stop };
};
