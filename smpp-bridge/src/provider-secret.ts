import * as z from 'zod';

/** How to reach a provider's SMSC, as its secret says it. */
export const ProviderSecret = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  tls: z.boolean().default(false),
  system_id: z.string().min(1).max(15),
  password: z.string().max(8),
});
export type ProviderSecret = z.infer<typeof ProviderSecret>;

/** The secret as it stands, or why it cannot be used: an operator fills it in after the first deploy. */
export const parseProviderSecret = (
  text: string,
):
  | { readonly outcome: 'usable'; readonly secret: ProviderSecret }
  | { readonly outcome: 'unusable'; readonly reason: string } => {
  try {
    const parsed = ProviderSecret.safeParse(JSON.parse(text));
    if (parsed.success) return { outcome: 'usable', secret: parsed.data };
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return { outcome: 'unusable', reason: faults.join('; ') };
  } catch {
    return { outcome: 'unusable', reason: 'it is not JSON' };
  }
};
