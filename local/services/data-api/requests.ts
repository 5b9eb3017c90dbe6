import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import { SqlParameter } from './parameters.ts';

const target = { resourceArn: z.string().min(11).max(100), secretArn: z.string().min(11).max(100) };
const database = z.string().max(64).optional();
const schema = z.string().max(64).optional();
const sql = z.string().max(65_536);
const transactionId = z.string().max(192);

const Execute = z.strictObject({
  ...target,
  sql,
  database,
  schema,
  parameters: z.array(SqlParameter).default([]),
  transactionId: transactionId.optional(),
  includeResultMetadata: z.boolean().default(false),
  continueAfterTimeout: z.boolean().default(false),
});
const BatchExecute = z.strictObject({
  ...target,
  sql,
  database,
  schema,
  parameterSets: z.array(z.array(SqlParameter)).default([]),
  transactionId: transactionId.optional(),
});
const Begin = z.strictObject({ ...target, database, schema });
const End = z.strictObject({ ...target, transactionId });

export const shapes = { Execute, BatchExecute, Begin, End } as const;

export type ExecuteRequest = z.infer<typeof Execute>;
export type BatchExecuteRequest = z.infer<typeof BatchExecute>;
export type BeginRequest = z.infer<typeof Begin>;
export type EndRequest = z.infer<typeof End>;

/** @throws AwsError BadRequestException naming the first misfit. */
export const parseRequest = <Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> => {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AwsError('BadRequestException', `${issue?.path.join('.')}: ${issue?.message}`);
};

/** @throws AwsError: Aurora PostgreSQL refuses the schema parameter. */
export const refuseSchema = (request: { readonly schema?: string | undefined }): void => {
  if (request.schema !== undefined) throw new AwsError('ValidationException', 'Database schema is not supported.');
};
