import type { AwsRequest } from '../aws-json-server.ts';
import type { Keys } from './keys.ts';

/** One call of KMS: reads its request, asks the gate, acts, and gives what is written as JSON. */
export type Operation = (keys: Keys, request: AwsRequest) => object;
