/**
 * The project's own sources as the tidy rules see them: syntax trees with imports, exports and functions read off. The parser
 * is the one that vitest carries; nothing is executed.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree (ESTree with TypeScript); fields by type. */
export type AstNode = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
};

export type ImportUse = {
  readonly specifier: string;
  /** Path of the imported file from the project's root, or null for a package or built-in module. */
  readonly target: string | null;
  /** What is taken; `all` for `* as x`, `export *` and `import()`. */
  readonly names: readonly string[] | 'all';
  readonly typeOnly: boolean;
  readonly line: number;
};

export type ExportItem = { readonly name: string; readonly isType: boolean; readonly line: number };

export type FunctionSpan = { readonly name: string; readonly line: number; readonly lineCount: number };

export type SourceFile = {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly body: readonly AstNode[];
  readonly imports: readonly ImportUse[];
  readonly exports: readonly ExportItem[];
  readonly functions: readonly FunctionSpan[];
  readonly lineAt: (offset: number) => number;
};

const SOURCE_NAME = /\.(ts|tsx|mts|mjs|js)$/;
const TYPE_DECLARATIONS = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration', 'TSModuleDeclaration']);
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Every source file below `folders` of `root`, parsed. Throws with the path of one that does not parse. */
export function loadTree(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => listFiles(root, folder))
    .filter((path) => SOURCE_NAME.test(path))
    .map((path) => parseFile(path, readFileSync(join(root, path), 'utf8')));
}

/** Paths of all files below `folder`, from `root`; none when the folder is missing. */
export function listFiles(root: string, folder: string): string[] {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? listFiles(root, path) : [path];
    })
    .sort();
}

/** One file from its text. Throws, with the path, where the text does not parse. */
export function parseFile(path: string, text: string): SourceFile {
  const lang = path.endsWith('.d.ts') ? 'dts' : path.endsWith('.tsx') ? 'tsx' : path.endsWith('ts') ? 'ts' : 'js';
  const body = parseBody(path, text, lang);
  const starts = lineStarts(text);
  const lineAt = (offset: number) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const file = {
    path,
    text,
    lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    body,
    lineAt,
  };
  return { ...file, imports: readImports(file), exports: readExports(file), functions: readFunctions(file) };
}

/** Calls `visit` for every node below `nodes`, with its parent and the field it stands in, parents first. */
export function walk(
  nodes: readonly AstNode[],
  visit: (node: AstNode, parent: AstNode | null, field: string) => void,
  parent: AstNode | null = null,
  field = 'body',
): void {
  for (const node of nodes) {
    visit(node, parent, field);
    for (const [key, value] of Object.entries(node)) {
      if (isNode(value)) walk([value], visit, node, key);
      else if (Array.isArray(value)) walk(value.filter(isNode), visit, node, key);
    }
  }
}

/** True for a file that leaves nothing behind when its types are stripped: type declarations and type imports alone. */
export function isTypesOnly(file: SourceFile): boolean {
  return file.body.every((node) => {
    if (node.type === 'ImportDeclaration') return node.importKind === 'type';
    if (node.type === 'ExportNamedDeclaration') return node.exportKind === 'type';
    return TYPE_DECLARATIONS.has(node.type);
  });
}

function parseBody(path: string, text: string, lang: 'ts' | 'tsx' | 'dts' | 'js'): readonly AstNode[] {
  try {
    return (parseAst(text, { lang }) as unknown as { body: AstNode[] }).body;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

type Unread = Pick<SourceFile, 'path' | 'text' | 'body' | 'lineAt'>;

function readImports(file: Unread): ImportUse[] {
  const uses: ImportUse[] = [];
  const add = (node: AstNode, source: unknown, names: readonly string[] | 'all', typeOnly: boolean) => {
    const specifier = isNode(source) && source.type === 'Literal' ? source.value : null;
    if (typeof specifier !== 'string') return;
    const isRelative = specifier.startsWith('.');
    const target = isRelative ? posix.join(posix.dirname(file.path), specifier) : null;
    uses.push({ specifier, target, names, typeOnly, line: file.lineAt(node.start) });
  };
  walk(file.body, (node) => {
    const isType = node.importKind === 'type' || node.exportKind === 'type';
    if (node.type === 'ImportDeclaration') add(node, node.source, importedNames(node), isType);
    else if (node.type === 'ExportNamedDeclaration' && node.source) {
      add(
        node,
        node.source,
        nodes(node.specifiers).map((one) => nameOf(one.local)),
        isType,
      );
    } else if (node.type === 'ExportAllDeclaration') add(node, node.source, 'all', isType);
    else if (node.type === 'ImportExpression') add(node, node.source, 'all', false);
    else if (node.type === 'TSImportType') add(node, node.source, [nameOf(node.qualifier)], true);
  });
  return uses;
}

function importedNames(node: AstNode): readonly string[] | 'all' {
  const specifiers = nodes(node.specifiers);
  if (specifiers.some((one) => one.type === 'ImportNamespaceSpecifier')) return 'all';
  return specifiers.map((one) => (one.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(one.imported)));
}

function readExports(file: Unread): ExportItem[] {
  const items: ExportItem[] = [];
  for (const node of file.body) {
    const line = file.lineAt(node.start);
    if (node.type === 'ExportDefaultDeclaration') items.push({ name: 'default', isType: false, line });
    if (node.type !== 'ExportNamedDeclaration') continue;
    for (const one of nodes(node.specifiers)) {
      items.push({ name: nameOf(one.exported), isType: node.exportKind === 'type', line });
    }
    const declaration = node.declaration;
    if (!isNode(declaration)) continue;
    const isType = TYPE_DECLARATIONS.has(declaration.type);
    if (declaration.type !== 'VariableDeclaration') items.push({ name: nameOf(declaration.id), isType, line });
    else for (const name of declaredNames(declaration)) items.push({ name, isType, line });
  }
  return items;
}

/** Names bound by `const a = …, { b, c: d } = …`. */
function declaredNames(declaration: AstNode): string[] {
  return nodes(declaration.declarations).flatMap((declarator) => boundNames(declarator.id));
}

function boundNames(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  if (pattern.type === 'Identifier') return [nameOf(pattern)];
  if (pattern.type === 'ObjectPattern')
    return nodes(pattern.properties).flatMap((one) => boundNames(one.value ?? one.argument));
  if (pattern.type === 'ArrayPattern') return nodes(pattern.elements).flatMap(boundNames);
  return boundNames(pattern.left ?? pattern.argument);
}

function readFunctions(file: Unread): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  walk(file.body, (node, parent) => {
    if (!FUNCTIONS.has(node.type) || !isNode(node.body)) return;
    // A method's name and the start of its signature stand in its parent.
    const owner =
      parent !== null && /^(MethodDefinition|Property|PropertyDefinition)$/.test(parent.type) ? parent : node;
    const declarator = parent?.type === 'VariableDeclarator' ? nameOf(parent.id) : '';
    const name = nameOf(node.id) || nameOf(owner.key) || declarator || '(anonymous)';
    const line = file.lineAt(owner.start);
    spans.push({ name, line, lineCount: file.lineAt(node.end) - line + 1 });
  });
  return spans;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The name of an identifier or of a quoted export, else ''. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  if (typeof node.name === 'string') return node.name;
  return typeof node.value === 'string' ? node.value : '';
}

function nodes(value: unknown): AstNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
