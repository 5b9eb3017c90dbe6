import type * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Login } from '../postgres.ts';
import { writeResult } from './answers.ts';
import { type Database, openDatabase, type Session } from './database.ts';
import { bind } from './parameters.ts';
import {
  type BatchExecuteRequest,
  type BeginRequest,
  type EndRequest,
  type ExecuteRequest,
  parseRequest,
  shapes,
} from './requests.ts';
import { readStatement, type Statement } from './statement.ts';
import type { Transactions } from './transactions.ts';

export interface Service {
  /** The login behind a secret, or undefined for a secret that is not known. */
  loginOf(secretArn: string): Promise<Login | undefined>;
  readonly callTimeoutMilliseconds: number;
  readonly connections: number;
  readonly databases: Map<string, Database>;
  readonly transactions: Transactions;
}

const databaseOf = async (service: Service, secretArn: string, name?: string): Promise<Database> => {
  const login = await service.loginOf(secretArn);
  if (!login) {
    throw new AwsError('SecretsErrorException', `Secrets Manager can't find the specified secret: ${secretArn}`);
  }
  // Without a database in the request Aurora takes the user's name.
  const wanted = name ?? login.user;
  const key = [login.host, login.port, login.user, login.password, wanted].join('\n');
  const known = service.databases.get(key);
  if (known) return known;
  const opened = openDatabase(login, wanted, service.connections);
  service.databases.set(key, opened);
  return opened;
};

interface TimeLimit {
  readonly milliseconds: number;
  /** Whether the statement goes on in the database after the caller was told of the timeout. */
  readonly goOn: boolean;
}

const inTime = async <Result>(limit: TimeLimit, session: Session, work: Promise<Result>): Promise<Result> => {
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const timeout = () => new AwsError('StatementTimeoutException', `The call took longer than ${limit.milliseconds} ms`);
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      if (limit.goOn) reject(timeout());
      else void session.cancel();
    }, limit.milliseconds);
  });
  try {
    return await Promise.race([work, overdue]);
  } catch (error) {
    if (limit.goOn) await work.catch(() => undefined);
    throw late ? timeout() : error;
  } finally {
    clearTimeout(timer);
  }
};

type Place = { readonly transactionId?: string | undefined; readonly database?: string | undefined };

/** Lends a connection to one call, or the transaction's own. */
const withSession = async <Result>(
  service: Service,
  place: Place,
  database: Database,
  statement: Statement,
  work: (session: Session) => Promise<Result>,
): Promise<Result> => {
  if (place.transactionId !== undefined) {
    return service.transactions.within(place.transactionId, place.database, work);
  }
  const session = await database.open();
  let reusable = false;
  try {
    const result = await work(session);
    reusable = !statement.touchesSession;
    return result;
  } catch (error) {
    reusable = error instanceof AwsError && error.name === 'DatabaseErrorException' && !statement.touchesSession;
    throw error;
  } finally {
    session.release(reusable);
  }
};

const execute = async (service: Service, request: ExecuteRequest): Promise<string> => {
  const statement = readStatement(request.sql);
  const bound = bind(statement, request.parameters);
  const database = await databaseOf(service, request.secretArn, request.database);
  const limit = { milliseconds: service.callTimeoutMilliseconds, goOn: request.continueAfterTimeout };
  return withSession(service, request, database, statement, async (session) => {
    const result = await inTime(limit, session, session.run(statement, bound));
    return writeResult(result, database, request.includeResultMetadata);
  });
};

const batchExecute = async (service: Service, request: BatchExecuteRequest) => {
  const statement = readStatement(request.sql);
  const sets = request.parameterSets.length === 0 ? [[]] : request.parameterSets;
  const bound = sets.map((parameters) => bind(statement, parameters));
  const database = await databaseOf(service, request.secretArn, request.database);
  const limit = { milliseconds: service.callTimeoutMilliseconds, goOn: false };
  await withSession(service, request, database, statement, async (session) => {
    const all = async () => {
      for (const values of bound) {
        const result = await session.run(statement, values);
        if (result.fields.length > 0) throw new AwsError('BadRequestException', 'A batch cannot return rows');
      }
    };
    await inTime(limit, session, all());
  });
  return { updateResults: request.parameterSets.map(() => ({ generatedFields: [] })) };
};

const begin = async (service: Service, request: BeginRequest) => {
  const database = await databaseOf(service, request.secretArn, request.database);
  const session = await database.open();
  return { transactionId: await service.transactions.begin(session, request.database) };
};

const commit = async (service: Service, { transactionId }: EndRequest) => {
  await service.transactions.end(transactionId, 'COMMIT');
  return { transactionStatus: 'Transaction Committed' };
};

const rollback = async (service: Service, { transactionId }: EndRequest) => {
  await service.transactions.end(transactionId, 'ROLLBACK');
  return { transactionStatus: 'Rollback Complete' };
};

interface AnyRequest extends Place {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly sql?: string;
  readonly schema?: string | undefined;
}

/** One call, read and not yet run. */
export interface Prepared {
  readonly action: string;
  readonly request: AnyRequest;
  run(service: Service): Promise<unknown>;
}

const operation =
  <Shape extends z.ZodType<AnyRequest>>(
    action: string,
    shape: Shape,
    work: (service: Service, request: z.output<Shape>) => Promise<unknown>,
  ) =>
  (body: unknown): Prepared => {
    const request = parseRequest(shape, body);
    return { action, request, run: (service) => work(service, request) };
  };

/** The operations by their REST path, with the IAM action of each. */
export const operations: Readonly<Record<string, (body: unknown) => Prepared>> = {
  '/Execute': operation('rds-data:ExecuteStatement', shapes.Execute, execute),
  '/BatchExecute': operation('rds-data:BatchExecuteStatement', shapes.BatchExecute, batchExecute),
  '/BeginTransaction': operation('rds-data:BeginTransaction', shapes.Begin, begin),
  '/CommitTransaction': operation('rds-data:CommitTransaction', shapes.End, commit),
  '/RollbackTransaction': operation('rds-data:RollbackTransaction', shapes.End, rollback),
};
