import * as z from 'zod';

/**
 * Reads the process environment once, at cold start, and checks it against a shape.
 * This file is the only place where `process.env` stands.
 *
 * @throws Error naming every variable that is missing or malformed, so that a wrong deployment fails at once.
 */
export const readEnv = <Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> => {
  const parsed = z.object(shape).safeParse(process.env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is not as this program needs it. ${faults.join('; ')}`);
};
