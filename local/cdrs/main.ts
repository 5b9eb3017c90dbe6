import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { manifestKey } from '#shared/domain/cdr/cdr-manifest.ts';
import { accountId } from '../cloud/intrinsics.ts';

const usage = `npm run cdrs                    writes the call detail records of the current hour, in the Signalbox that \`npm start\`
                                runs, and shows their manifest and their lines
npm run cdrs -- 2026-11-21T08   those of another hour, in UTC
`;

const functionName = 'signalbox-local-export-cdrs';
const bucket = `signalbox-local-cdrs-${accountId}`;
const endpointsFile = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.local', 'endpoints.json');

const Endpoints = z.object({
  aws: z.object({
    AWS_REGION: z.string(),
    AWS_ACCESS_KEY_ID: z.string(),
    AWS_SECRET_ACCESS_KEY: z.string(),
    AWS_ENDPOINT_URL_LAMBDA: z.url(),
    AWS_ENDPOINT_URL_S3: z.url(),
  }),
});

const Done = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('done'), result: z.object({ outcome: z.string() }) }),
  z.object({ outcome: z.literal('held-by-another') }),
]);

const Manifest = z.object({ objects: z.array(z.object({ key: z.string() })) });

const connect = () => {
  if (!existsSync(endpointsFile)) throw new Error(`There is no ${endpointsFile}: start Signalbox with \`npm start\``);
  const { aws } = Endpoints.parse(JSON.parse(readFileSync(endpointsFile, 'utf8')));
  const credentials = { accessKeyId: aws.AWS_ACCESS_KEY_ID, secretAccessKey: aws.AWS_SECRET_ACCESS_KEY };
  const common = { region: aws.AWS_REGION, credentials };
  return {
    lambda: new LambdaClient({ ...common, endpoint: aws.AWS_ENDPOINT_URL_LAMBDA }),
    s3: new S3Client({ ...common, endpoint: aws.AWS_ENDPOINT_URL_S3 }),
  };
};

/** `2026-11-21T08` and what goes on from there. @throws Error for what is no time. */
const hourOf = (text: string | undefined): Date => {
  const hour = text === undefined ? new Date() : new Date(/T\d\d$/.test(text) ? `${text}:00:00Z` : text);
  if (Number.isNaN(hour.getTime())) throw new Error(`This is no hour: ${text}. ${usage}`);
  hour.setUTCMinutes(0, 0, 0);
  return hour;
};

const read = async (s3: S3Client, key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const run = async (text: string | undefined): Promise<void> => {
  const hour = hourOf(text);
  const { lambda, s3 } = connect();
  const Payload = JSON.stringify({ hour: hour.toISOString() });
  const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
  const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? 'null');
  if (answer.FunctionError) throw new Error(`${functionName} failed: ${JSON.stringify(payload)}`);
  const done = Done.parse(payload);
  if (done.outcome !== 'done') throw new Error('Another run is under way: ask again');
  const manifest: unknown = JSON.parse((await read(s3, manifestKey(hour))).toString('utf8'));
  console.log(JSON.stringify(manifest, null, 2));
  for (const { key } of Manifest.parse(manifest).objects) {
    console.log(`\ns3://${bucket}/${key}`);
    console.log(gunzipSync(await read(s3, key)).toString('utf8'));
  }
};

const [text] = process.argv.slice(2);
if (text === '--help' || text === '-h') console.log(usage);
else
  await run(text).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
