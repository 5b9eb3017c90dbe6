import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Who may import whom: docs/architecture.md has the same table. */
const repository = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = globSync('{infra,lambdas,smpp-bridge,mux-bridge,shared,local,clients,cli,test,bench}/**/*.ts', {
  cwd: repository,
});
const isTest = (file: string) => file.endsWith('.test.ts') || file.startsWith('test/');

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s*'([^']+)'/g;

const resolve = (file: string, specifier: string): string => {
  if (specifier.startsWith('#shared/')) return `shared/${specifier.slice('#shared/'.length)}`;
  if (specifier.startsWith('.')) return relative(repository, join(repository, dirname(file), specifier));
  return specifier;
};

const imports: readonly Import[] = sources.flatMap((file) =>
  [...readFileSync(join(repository, file), 'utf8').matchAll(importPattern)].map(([, a, b, c]) => ({
    from: file,
    to: resolve(file, a ?? b ?? c ?? ''),
  })),
);

const ours = /^(infra|lambdas|smpp-bridge|mux-bridge|shared|local|clients|cli|test|bench)\//;
const external = (to: string) => !ours.test(to);

interface Rule {
  readonly name: string;
  readonly from: RegExp;
  /** Of our own folders, what it may import. */
  readonly may: readonly RegExp[];
}

const rules: readonly Rule[] = [
  { name: 'shared/domain imports itself', from: /^shared\/domain\//, may: [/^shared\/domain\//] },
  {
    name: 'shared/contracts imports domain',
    from: /^shared\/contracts\//,
    may: [/^shared\/(contracts|domain)\//],
  },
  {
    name: 'shared/adapters import domain, contracts, env, telemetry',
    from: /^shared\/adapters\//,
    may: [/^shared\/(adapters|contracts|domain)\//, /^shared\/(env|telemetry)\.ts$/],
  },
  { name: 'smpp-bridge/pdu imports itself', from: /^smpp-bridge\/src\/pdu\//, may: [/^smpp-bridge\/src\/pdu\//] },
  {
    name: 'smpp-bridge/session imports pdu',
    from: /^smpp-bridge\/src\/session\//,
    may: [/^smpp-bridge\/src\/(pdu|session)\//],
  },
  {
    name: 'smpp-bridge/delivery imports session, pdu and shared',
    from: /^smpp-bridge\/src\/delivery\//,
    may: [/^smpp-bridge\/src\/(pdu|session|delivery)\//, /^shared\//],
  },
  { name: 'smpp-bridge imports itself and shared', from: /^smpp-bridge\//, may: [/^smpp-bridge\//, /^shared\//] },
  { name: 'mux-bridge imports itself and shared', from: /^mux-bridge\//, may: [/^mux-bridge\//, /^shared\//] },
  {
    name: 'mux-bridge/session imports the domain',
    from: /^mux-bridge\/src\/session\//,
    may: [/^mux-bridge\/src\/session\//, /^shared\/domain\//],
  },
  { name: 'mux-bridge imports itself and shared', from: /^mux-bridge\//, may: [/^mux-bridge\//, /^shared\//] },
  {
    name: 'the client library imports itself: it goes out alone',
    from: /^clients\/typescript\/src\//,
    may: [/^clients\/typescript\/src\//],
  },
  {
    name: 'the command line imports itself and the client library',
    from: /^cli\//,
    may: [/^cli\//, /^clients\/typescript\/src\//],
  },
  { name: 'infra imports itself and shared/contracts', from: /^infra\//, may: [/^infra\//, /^shared\/contracts\//] },
];

const product = imports.filter(({ from }) => !isTest(from));
const list = (some: readonly Import[]) => some.map(({ from, to }) => `${from} -> ${to}`);

test('the imports of every source were read', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(sources.length);
});

describe('who may import whom', () => {
  test.each(rules)('$name', ({ from, may }) => {
    const broken = product.filter(
      (each) => from.test(each.from) && !external(each.to) && !may.some((allowed) => allowed.test(each.to)),
    );
    expect(list(broken)).toEqual([]);
  });

  test('a function imports itself and shared, never a sibling', () => {
    const broken = product.filter(({ from, to }) => {
      const own = /^lambdas\/[^/]+\//.exec(from)?.[0];
      return own !== undefined && !external(to) && !to.startsWith(own) && !to.startsWith('shared/');
    });
    expect(list(broken)).toEqual([]);
  });

  test('nothing that is deployed imports local, test or bench', () => {
    const broken = product.filter(({ from, to }) => !/^(local|bench)\//.test(from) && /^(local|test|bench)\//.test(to));
    expect(list(broken)).toEqual([]);
  });

  test('only shared/adapters and what is local imports the AWS SDK', () => {
    const broken = product.filter(
      ({ from, to }) => to.startsWith('@aws-sdk/') && !/^(shared\/adapters|local|bench)\//.test(from),
    );
    expect(list(broken)).toEqual([]);
  });

  test('only infra and local import the CDK', () => {
    const broken = product.filter(
      ({ from, to }) => /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to) && !/^(infra|local)\//.test(from),
    );
    expect(list(broken)).toEqual([]);
  });

  test('the smpp package is the peer: only the simulator, tests and benchmarks import it', () => {
    expect(list(product.filter(({ from, to }) => to === 'smpp' && !/^(local\/smsc|bench)\//.test(from)))).toEqual([]);
  });
});

test('process.env stands in shared/env.ts alone', () => {
  const broken = sources.filter(
    (file) =>
      /^(lambdas|smpp-bridge|mux-bridge|shared)\//.test(file) &&
      !isTest(file) &&
      file !== 'shared/env.ts' &&
      readFileSync(join(repository, file), 'utf8')
        .replaceAll(/`[^`]*`|\/\*[\s\S]*?\*\//g, '')
        .includes('process.env'),
  );
  expect(broken).toEqual([]);
});
