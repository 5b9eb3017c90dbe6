import { expect, test } from 'vitest';
import { inDependencyOrder, readAssembly } from './assembly.ts';
import { refuseUnknownTypes } from './deployment.ts';
import { writeFixtureAssembly } from './fixture-assembly.ts';

test('stacks come after those they depend on, whatever their order in the manifest', () => {
  const directory = writeFixtureAssembly({
    api: { template: {}, dependencies: ['data', 'messaging'] },
    data: { template: {}, dependencies: ['messaging'] },
    messaging: { template: {} },
  });
  expect(readAssembly(directory).stacks.map(({ name }) => name)).toEqual(['messaging', 'data', 'api']);
});

test('assets are found by object key and image tag', () => {
  const assembly = readAssembly(writeFixtureAssembly({}, { abc: { 'index.mjs': '' } }));
  expect(assembly.fileAsset('abc.zip')).toMatch(/asset\.abc$/);
  expect(assembly.imageAsset('abc')).toMatch(/asset\.abc$/);
  expect(assembly.fileAsset('other.zip')).toBeUndefined();
});

test('a directory without an assembly says what to do', () => {
  expect(() => readAssembly('nowhere')).toThrow(/no cloud assembly in nowhere: synthesize it first/);
});

test('a circle of dependencies is named', () => {
  const items = new Map([
    ['a', ['b']],
    ['b', ['a']],
  ]);
  expect(() => inDependencyOrder(items, (each) => each)).toThrow(/a -> b -> a/);
});

test('unknown resource types fail loudly, each with stack, logical id and type, before anything is made', () => {
  const template = {
    Resources: {
      Known: { Type: 'AWS::SQS::Queue' },
      LeftOut: { Type: 'AWS::EC2::VPC' },
      Files: { Type: 'AWS::EFS::FileSystem' },
      Machine: { Type: 'AWS::StepFunctions::StateMachine' },
    },
  };
  const assembly = readAssembly(writeFixtureAssembly({ shop: { template } }));
  expect(() => refuseUnknownTypes(assembly)).toThrow(
    /shop\/Files \(AWS::EFS::FileSystem\), shop\/Machine \(AWS::StepFunctions::StateMachine\)/,
  );
});
