import * as z from 'zod';
import type { Point } from './metric-store.ts';

/** Embedded metric format (CloudWatch User Guide, "Specification: Embedded metric format"). */
const Emf = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

const Numbers = z.union([z.number(), z.array(z.number())]);

const parse = (line: string): z.infer<typeof Emf> | null => {
  try {
    return Emf.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
};

/** What a line of a log tells CloudWatch; nothing, where it is not in the embedded metric format. */
export const readEmf = (line: string): readonly Point[] => {
  const found = line.includes('"_aws"') ? parse(line) : null;
  if (!found) return [];
  return found._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(found[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [Numbers.safeParse(found[name]).data ?? []]
          .flat()
          .map((value) => ({ namespace, name, dimensions, value, at: found._aws.Timestamp })),
      );
    }),
  );
};
