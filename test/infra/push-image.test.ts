import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, expect, test } from 'vitest';
import { functionDockerfileFaults, inspectPushImage } from '../../infra/check-images.ts';
import { configs, type StageConfig } from '../../infra/config.ts';
import { addStacks, featureFlags } from '../../infra/synthesize.ts';
import { resourcesOf, type Template, type TemplateResource, templatesOf } from '../../infra/templates.ts';
import { templatesFor } from './synthesized.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const folder = 'lambdas/process-push/pkcs11';
const outdir = mkdtempSync(join(tmpdir(), 'signalbox-pkcs11-'));
afterAll(() => rmSync(outdir, { recursive: true }));

const { prod } = configs;
const withPkcs11: StageConfig = { ...prod, hsm: { ...prod.hsm, backend: 'pkcs11', ports: [2223] } };

const synthesizeWithPkcs11 = (): readonly Template[] => {
  const context = { ...featureFlags(), 'aws:cdk:bundling-stacks': [] };
  const app = new App({ outdir, analyticsReporting: false, context });
  addStacks(app, 'prod', { config: withPkcs11 });
  return templatesOf(app.synth());
};

const asImage = synthesizeWithPkcs11();
const asZip = templatesFor('prod');

const pushFunction = (templates: readonly Template[]): TemplateResource => {
  const [found] = resourcesOf(templates, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
    /-process-push(-image)?$/.test(String(Properties.FunctionName)),
  );
  if (!found) throw new Error('There is no process-push.');
  return found[1];
};

const pushPolicy = (templates: readonly Template[]) =>
  resourcesOf(templates, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith('ProcessPush'))
    .map(([id, { Properties }]) => [id, Properties.PolicyDocument]);

test('where the HSM speaks PKCS #11, process-push is an image for arm64, and all else stays a zip', () => {
  const { Properties } = pushFunction(asImage);
  expect(Properties).toMatchObject({ PackageType: 'Image', Architectures: ['arm64'], Code: { ImageUri: {} } });
  expect(Properties).not.toHaveProperty('Runtime');
  const images = resourcesOf(asImage, 'AWS::Lambda::Function').filter(
    ([, each]) => each.Properties.PackageType === 'Image',
  );
  expect(images).toHaveLength(1);
  expect(pushFunction(asZip).Properties).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler' });
});

test('the image has the role, the environment, the network and the queue of the zip', () => {
  const [image, zip] = [pushFunction(asImage).Properties, pushFunction(asZip).Properties];
  for (const key of ['Role', 'VpcConfig', 'Timeout', 'MemorySize', 'LoggingConfig', 'TracingConfig'])
    expect([key, image[key]]).toEqual([key, zip[key]]);
  const { Variables } = zip.Environment as { readonly Variables: Readonly<Record<string, unknown>> };
  expect(image.Environment).toEqual({ Variables: { ...Variables, HSM_BACKEND: 'pkcs11' } });
  expect(pushPolicy(asImage)).toEqual(pushPolicy(asZip));
  expect(pushPolicy(asImage)).toHaveLength(1);
  const sources = (templates: readonly Template[]) =>
    resourcesOf(templates, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties.EventSourceArn);
  expect(sources(asImage)).toEqual(sources(asZip));
});

test('a stage goes over from the zip to the image: neither its name nor its logical id is that of the other', () => {
  expect(pushFunction(asImage).Properties.FunctionName).toBe('signalbox-prod-process-push-image');
  expect(pushFunction(asZip).Properties.FunctionName).toBe('signalbox-prod-process-push');
  const idOf = (templates: readonly Template[]) =>
    resourcesOf(templates, 'AWS::Lambda::Function').find(([, resource]) => resource === pushFunction(templates))?.[0];
  expect(idOf(asImage)).not.toBe(idOf(asZip));
});

test('an alarm of process-push looks at the image', () => {
  const [, throttles] =
    resourcesOf(asImage, 'AWS::CloudWatch::Alarm').find(
      ([, { Properties }]) => Properties.AlarmName === 'signalbox-prod/process-push/Throttles',
    ) ?? [];
  expect(JSON.stringify(throttles?.Properties.Dimensions)).toContain('Image');
});

test('the image is made of the handler’s bundle, the lock of pkcs11js and what the operator adds', () => {
  const { files, faults } = inspectPushImage();
  expect(faults).toEqual([]);
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['client/README.md', 'index.mjs', 'pkcs11/package-lock.json', 'pkcs11/package.json']),
  );
});

test('the version of pkcs11js is exact, and stands in the lock', () => {
  const { dependencies } = JSON.parse(read(`${folder}/package.json`)) as { dependencies: Record<string, string> };
  const { packages } = JSON.parse(read(`${folder}/package-lock.json`)) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  expect(dependencies.pkcs11js).toMatch(/^\d+\.\d+\.\d+$/);
  expect(packages['node_modules/pkcs11js']).toMatchObject({
    version: dependencies.pkcs11js,
    integrity: expect.stringMatching(/^sha512-/),
  });
});

const dockerfile = read(`${folder}/Dockerfile`);
test.each([
  [dockerfile.replace('amazon/aws-lambda-nodejs:24 AS', 'node:24 AS'), 'Lambda’s own'],
  [dockerfile.replace('RUN npm ci', 'RUN npm install'), 'what the lock says'],
  [dockerfile.replace('COPY client', 'RUN dnf install -y gcc\nCOPY client'), 'what compiles'],
  [dockerfile.replace('CMD', 'ADD https://a.example/b.rpm /\nCMD'), 'by its address'],
  [dockerfile.replace('index.handler', 'main'), 'does not run'],
])('a Dockerfile of a function with a fault is told so: %#', (faulty, word) => {
  expect(functionDockerfileFaults(faulty).join('\n')).toContain(word);
});
