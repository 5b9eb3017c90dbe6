import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes minutes, most of them spent waiting: the rest of the tests run beside it, instead of before it. */
const longest = ['test/faults/faults.test.ts', 'test/e2e/commands.test.ts', 'test/e2e/bridge-death.test.ts'];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((name) => moduleId.endsWith(name));
  return place < 0 ? longest.length : place;
};

/** Vitest's own order, but for the files that are known to be the longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
