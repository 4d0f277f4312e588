/** Rules between `src` and `test`: every source has its test, every unit test its source, every export its user. */

import { isTypesOnly, nameOf, type SourceFile, walk } from './source-tree.ts';

/** Sources without a unit test of their own name, and why. Files of types alone need no entry. */
export const UNTESTED_SOURCES: Readonly<Record<string, string>> = {
  'src/base/limits.ts': 'numbers alone; each is met in the test of the file that keeps to it',
  'src/decision/decision.ts': 'fields alone; decide.test.ts reads every one',
  'src/decision/trace.ts': 'fields alone; trace-step.test.ts reads every one',
  'src/zone/zone-image.ts': 'offsets alone; zone-table.test.ts and decide.test.ts read what zone-compile wrote',
  'src/cli/main.ts': 'runs on import; every black-box test runs it',
  'src/cli/run-program.ts': 'ends the process that calls it; every black-box test runs it',
  'src/console/vite-build.mjs': 'build.test.ts runs it as a process and reads what it leaves',
  'src/cli/pinned-node.mjs': 'launch.test.ts runs every branch of it as a process',
};

/** Views: what they draw is looked at in a browser by `test/system/console.test.ts`; what they reckon is in files of its own. */
const VIEW_NAME = /^src\/console\/.*\.tsx$/;

/** Exports that only tests use, and why. */
export const TEST_ONLY_EXPORTS: Readonly<Record<string, string>> = {
  'src/wire/rdata.ts#checkRdata': 'judges the records of property tests; rdata.ts itself uses it for the generic form',
  'src/zone/master-state.ts#RowPlaces': 'tested beyond what one master file brings about',
};

/** Sources without a unit test, and unit tests of nothing. `x.aspect.test.ts` is a test of `x`. */
export function findMirrorFaults(
  sources: readonly SourceFile[],
  tests: readonly SourceFile[],
  untested: Readonly<Record<string, string>> = UNTESTED_SOURCES,
): string[] {
  const stems = new Set(sources.map((file) => stemOf(file.path, 'src/')));
  const tested = new Set(tests.map((file) => stemOf(file.path, 'test/unit/')));
  const missing = sources
    .filter(
      (file) =>
        !tested.has(stemOf(file.path, 'src/')) &&
        !isTypesOnly(file) &&
        !VIEW_NAME.test(file.path) &&
        !Object.hasOwn(untested, file.path),
    )
    .map((file) => `${file.path}: no test/unit/${stemOf(file.path, 'src/')}.test.ts`);
  const orphans = tests
    .filter((file) => file.path.endsWith('.test.ts') && !stems.has(stemOf(file.path, 'test/unit/')))
    .map((file) => `${file.path}: tests no file of src`);
  const paths = new Set(sources.map((file) => file.path));
  const stale = Object.keys(untested)
    .filter((path) => !paths.has(path))
    .map((path) => `${path}: excused from a unit test, but there is no such file`);
  return [...missing, ...orphans, ...stale];
}

/**
 * Exports of `sources` that nobody imports, or only `tests` do. A type counts as used when its own file uses it too: it is then
 * part of the signature of another export.
 */
export function findDeadExports(
  sources: readonly SourceFile[],
  tests: readonly SourceFile[],
  testOnly: Readonly<Record<string, string>> = TEST_ONLY_EXPORTS,
): string[] {
  const usedBySources = collectUses(sources);
  const usedByTests = collectUses(tests);
  return sources.flatMap((file) =>
    file.exports.flatMap((item) => {
      const key = `${file.path}#${item.name}`;
      if (isUsed(usedBySources, file.path, item.name)) {
        return Object.hasOwn(testOnly, key) ? [`${key}: listed as used by tests only, but src uses it`] : [];
      }
      if (item.isType && isNamedWithin(file, item.name)) return [];
      if (!isUsed(usedByTests, file.path, item.name)) return [`${file.path}:${item.line}: nobody imports ${item.name}`];
      return Object.hasOwn(testOnly, key) ? [] : [`${file.path}:${item.line}: only tests import ${item.name}`];
    }),
  );
}

function collectUses(files: readonly SourceFile[]): Map<string, Set<string> | 'all'> {
  const uses = new Map<string, Set<string> | 'all'>();
  for (const use of files.flatMap((file) => file.imports)) {
    if (use.target === null) continue;
    const known = uses.get(use.target) ?? new Set<string>();
    if (use.names === 'all' || known === 'all') uses.set(use.target, 'all');
    else uses.set(use.target, new Set([...known, ...use.names]));
  }
  return uses;
}

function isUsed(uses: Map<string, Set<string> | 'all'>, path: string, name: string): boolean {
  const names = uses.get(path);
  return names === 'all' || (names?.has(name) ?? false);
}

/** True if the file speaks of `name` beyond declaring it. */
function isNamedWithin(file: SourceFile, name: string): boolean {
  let count = 0;
  walk(file.body, (node) => {
    if (node.type === 'Identifier' && nameOf(node) === name) count++;
  });
  return count > 1;
}

/** `zone/yaml-reader` of `src/zone/yaml-reader.ts` and of `test/unit/zone/yaml-reader.vectors.test.ts`. */
function stemOf(path: string, prefix: string): string {
  const inside = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  const slash = inside.lastIndexOf('/') + 1;
  return inside.slice(0, slash) + inside.slice(slash).split('.')[0]!;
}
