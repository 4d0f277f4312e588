/** Rules of the floors: which may import which, no cycles, and what the pure side must not touch. */

import { type AstNode, nameOf, type SourceFile, walk } from './source-tree.ts';

/** Bottom first. A file imports from its own floor and from those before it. `console` runs in a browser: it stands apart on top. */
export const FLOORS = [
  'base',
  'wire',
  'zone',
  'geo',
  'health',
  'decision',
  'answer',
  'redis',
  'probe',
  'server',
  'admin',
  'cli',
  'console',
] as const;

/** The last floor of the pure side. */
const LAST_PURE_FLOOR = 'answer';

/** Packages and built-in modules that a floor of the pure side may use, with the reason. */
const PURE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  // Readers of operators' files: parser, schema, address forms. All are functions of text.
  zone: ['yaml', 'zod', 'ipaddr.js'],
  // MMDB's tree over bytes that the server has read; regions.yaml and networks.yaml are checked by the same schema library.
  geo: ['mmdb-lib', 'yaml', 'zod', 'ipaddr.js'],
  // DNSSEC signs with keys that are arguments.
  answer: ['node:crypto'],
};

/** The YAML parser has one home in the zone floor, so that its dialect is set once. */
const YAML_PACKAGE = 'yaml';

const THREAD_START = 'src/server/thread-start.ts';

const IMPURE_GLOBALS = new Set([
  'Buffer',
  'Math.random',
  'Date.now',
  'process',
  'performance',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'fetch',
  'crypto',
  'require',
  'globalThis',
  'eval',
]);

/** Fields in which an identifier is a name of something inside, not a use of a global. */
const NAME_FIELDS = new Set(['property', 'key', 'exported', 'imported', 'label', 'qualifier']);

/** Imports that look up, and files in no floor. */
export function findUpwardImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const floor = floorOf(file.path);
    if (floor < 0) return [`${file.path}: is in no floor`];
    return file.imports.flatMap((use) => {
      if (use.target === null) return [];
      const target = floorOf(use.target);
      if (target < 0) return [`${file.path}:${use.line}: imports ${use.target}, which is in no floor`];
      return target > floor ? [`${file.path}:${use.line}: ${FLOORS[floor]} looks up to ${use.target}`] : [];
    });
  });
}

/** What the page in the browser takes of the server besides types. Its build (`.mjs`) runs on Node. */
export function findServerCodeInPage(files: readonly SourceFile[]): string[] {
  const page = files.filter((file) => floorName(file.path) === 'console' && !file.path.endsWith('.mjs'));
  return page.flatMap((file) =>
    file.imports
      .filter(({ target, typeOnly, specifier }) =>
        target === null ? specifier.startsWith('node:') : floorName(target) !== 'console' && !typeOnly,
      )
      .map(({ specifier, line }) => `${file.path}:${line}: the page takes more than types of ${specifier}`),
  );
}

/** Cycles among imports of one another, types included: each once, as the path around. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(files.map((file) => [file.path, file.imports.flatMap((use) => use.target ?? [])]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const path: string[] = [];
  const visit = (at: string) => {
    if (state.get(at) === 'done' || !targets.has(at)) return;
    if (state.get(at) === 'open') {
      cycles.push([...path.slice(path.indexOf(at)), at].join(' -> '));
      return;
    }
    state.set(at, 'open');
    path.push(at);
    for (const target of targets.get(at)!) visit(target);
    path.pop();
    state.set(at, 'done');
  };
  for (const file of files) visit(file.path);
  return cycles;
}

/** Clocks, randomness, input, output and packages on the pure side. */
export function findImpurities(files: readonly SourceFile[]): string[] {
  const pure = files.filter((file) => {
    const floor = floorOf(file.path);
    return floor >= 0 && floor <= FLOORS.indexOf(LAST_PURE_FLOOR);
  });
  const yamlFiles = pure.filter((file) => floorName(file.path) === 'zone' && imports(file, YAML_PACKAGE));
  const manyYaml =
    yamlFiles.length > 1
      ? [`${yamlFiles.map((file) => file.path).join(', ')}: only one file may import the YAML parser`]
      : [];
  return [...pure.flatMap((file) => [...findImpureImports(file), ...findImpureGlobals(file)]), ...manyYaml];
}

/** Threads that are born elsewhere than where the process is made safe for them. */
export function findStrayThreads(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path !== THREAD_START && /\bnew (threads\.)?Worker\(/.test(file.text))
    .map((file) => `${file.path}: starts a thread by itself, and not by ${THREAD_START}`);
}

function imports(file: SourceFile, specifier: string): boolean {
  return file.imports.some((use) => use.specifier === specifier && !use.typeOnly);
}

function findImpureImports(file: SourceFile): string[] {
  const allowed = PURE_IMPORTS[floorName(file.path)] ?? [];
  return file.imports
    .filter((use) => use.target === null && !allowed.includes(use.specifier))
    .map((use) => `${file.path}:${use.line}: the pure side imports ${use.specifier}`);
}

function findImpureGlobals(file: SourceFile): string[] {
  const faults: string[] = [];
  const tell = (node: AstNode, what: string) =>
    faults.push(`${file.path}:${file.lineAt(node.start)}: the pure side uses ${what}`);
  walk(file.body, (node, parent, field) => {
    if (node.type === 'Identifier' && IMPURE_GLOBALS.has(nameOf(node)) && !isInnerName(parent, field))
      tell(node, nameOf(node));
    if (node.type === 'MemberExpression') {
      const path = `${nameOf(node.object)}.${nameOf(node.property)}`;
      if (IMPURE_GLOBALS.has(path)) tell(node, path);
    }
    const isCallOfDate = node.type === 'NewExpression' || node.type === 'CallExpression';
    if (isCallOfDate && nameOf(node.callee) === 'Date' && (node.arguments as unknown[]).length === 0)
      tell(node, 'Date()');
  });
  return faults;
}

/** True for `x.process`, `{ process: 1 }` and the like; computed ones are uses. */
function isInnerName(parent: AstNode | null, field: string): boolean {
  if (parent === null || !NAME_FIELDS.has(field) || parent.computed === true) return false;
  return !(parent.type === 'Property' && parent.shorthand === true);
}

function floorName(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

function floorOf(path: string): number {
  return (FLOORS as readonly string[]).indexOf(floorName(path));
}
