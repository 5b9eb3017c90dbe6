import * as z from 'zod';
import { AwsError } from './aws-error.ts';

/** A blob as AWS JSON writes it: base64, of that many bytes. */
export const blob = (least: number, most: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length >= least && bytes.length <= most, `must have ${least} to ${most} bytes`);

/** What `Tags` may hold. */
export const Tags = z.array(z.record(z.string(), z.string())).optional();

/** @throws AwsError ValidationException naming the first misfit, an unknown field included. */
export const parseShape = <Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> => {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AwsError('ValidationException', `1 validation error detected: ${issue?.path.join('.')}: ${issue?.message}`);
};

/** Seconds since 1970, as AWS JSON writes a time. */
export const epochSeconds = (time: number): number => time / 1000;
