import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type * as z from 'zod';
import {
  DeviceKeysAnswer,
  type EncryptionAsked,
  EpochKeyAnswer,
  SealAnswer,
  type SealAsked,
  type SealedEmm,
} from '#shared/contracts/emm-encryption.ts';
import { clientSettings } from '../client-settings.ts';

/** encrypt-emm, for those who may invoke it: they see wrapped keys and sealed sections only. */
export interface EmmEncryption {
  /** In the order of the question. */
  seal(asked: Omit<SealAsked, 'operation'>): Promise<readonly SealedEmm[]>;
  makeEpochKey(tenant: string, epoch: number): Promise<string>;
  rewrapEpochKey(tenant: string, epoch: number, wrappedKey: string): Promise<string>;
  /** @param keys 32 octets each, hexadecimal. */
  protectDeviceKeys(tenant: string, keys: readonly string[]): Promise<readonly string[]>;
}

/** encrypt-emm answered that it could not; why stands in its own log. */
export class EncryptionFailed extends Error {
  constructor(operation: string, reason: string) {
    super(`encrypt-emm could not ${operation}: ${reason}`);
    this.name = 'EncryptionFailed';
  }
}

/** A cold start and a slow KMS included. */
const settings = {
  ...clientSettings,
  requestHandler: { ...clientSettings.requestHandler, requestTimeout: 14_000 },
} as const;

export const connectEmmEncryption = (functionName: string, client = new LambdaClient(settings)): EmmEncryption => {
  const ask = async <Schema extends z.ZodType>(asked: EncryptionAsked, schema: Schema): Promise<z.output<Schema>> => {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(asked)) });
    const { FunctionError, Payload } = await client.send(command);
    if (FunctionError) throw new EncryptionFailed(asked.operation, FunctionError);
    return schema.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
  };
  return {
    seal: async (asked) => (await ask({ operation: 'seal', ...asked }, SealAnswer)).emms,
    makeEpochKey: async (tenant, epoch) =>
      (await ask({ operation: 'make-epoch-key', tenant, epoch }, EpochKeyAnswer)).wrapped_key,
    rewrapEpochKey: async (tenant, epoch, wrapped_key) =>
      (await ask({ operation: 'rewrap-epoch-key', tenant, epoch, wrapped_key }, EpochKeyAnswer)).wrapped_key,
    protectDeviceKeys: async (tenant, keys) =>
      (await ask({ operation: 'protect-device-keys', tenant, keys: [...keys] }, DeviceKeysAnswer)).device_keys,
  };
};
