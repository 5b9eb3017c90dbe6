/** Condition keys and their values as a service or a session gives them. */
export type ContextValues = Readonly<Record<string, string | readonly string[]>>;

/** The condition keys of one request, their names in lower case: IAM does not tell case apart in them. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Puts parts of a context together; of a key that several have, the last counts. */
export const requestContext = (...parts: readonly ContextValues[]): RequestContext =>
  new Map(parts.flatMap((part) => Object.entries(part).map(([key, value]) => [key.toLowerCase(), [value].flat()])));

/**
 * The condition keys that the dev cloud gives where AWS does. A policy that names another is refused as a whole: a key
 * which never has a value would make its statement hold never or always, and a test under it prove nothing.
 */
const single = [
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalType',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:ViaAWSService',
  'kms:CallerAccount',
  'kms:ViaService',
  'lambda:SourceFunctionArn',
  'secretsmanager:Name',
].map((name) => name.toLowerCase());
const several = ['kms:EncryptionContextKeys'].map((name) => name.toLowerCase());
const families = ['kms:EncryptionContext:'].map((name) => name.toLowerCase());

/** Whether a key has one value or several, or undefined for one that the dev cloud does not give. */
export const conditionKeyKind = (name: string): 'single' | 'several' | undefined => {
  const key = name.toLowerCase();
  if (several.includes(key)) return 'several';
  return single.includes(key) || families.some((family) => key.startsWith(family)) ? 'single' : undefined;
};
