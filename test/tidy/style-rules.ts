/** Rules of size, names, comments and words. */

import type { SourceFile } from './source-tree.ts';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const FORBIDDEN_NAMES = new Set(['utils', 'util', 'common', 'types', 'services', 'helpers', 'helper', 'misc', 'index']);
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Written so that this file does not break its own rule. */
const LEFTOVERS = new RegExp(`\\b(${['TO', 'FIX'].map((half, i) => half + ['DO', 'ME'][i]).join('|')})\\b`);

/** Files that are too long to hold one concept. */
export function findLongFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.lineCount > FILE_LINES_MAX)
    .map((file) => `${file.path}: ${file.lineCount} lines, at most ${FILE_LINES_MAX}`);
}

/** Functions that do not fit on a screen. */
export function findLongFunctions(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.functions
      .filter((span) => span.lineCount > FUNCTION_LINES_MAX)
      .map(
        (span) => `${file.path}:${span.line}: ${span.name} has ${span.lineCount} lines, at most ${FUNCTION_LINES_MAX}`,
      ),
  );
}

/** Names of files and folders: kebab-case nouns, never a drawer for everything. */
export function findBadNames(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.path.split('/').flatMap((part) => {
      const name = part.replace(/(\.test|\.bench|\.d)?\.(ts|tsx|mts|mjs|js)$/, '');
      // `x.vectors.test.ts` is the part of the tests of `x` that runs the vectors.
      const pieces = part.includes('.test.') ? name.split('.') : [name];
      if (pieces.some((piece) => FORBIDDEN_NAMES.has(piece)))
        return [`${file.path}: "${part}" says nothing of what is inside`];
      return pieces.every((piece) => KEBAB_CASE.test(piece)) ? [] : [`${file.path}: "${part}" is not kebab-case`];
    }),
  );
}

/** Folders more than one level below a floor. */
export function findDeepFolders(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path.split('/').length > 4)
    .map((file) => `${file.path}: more than one level below its floor`);
}

/** Files that do not open with a comment that says what they hide. */
export function findMissingModuleComments(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !/^(#![^\n]*\n)?\/\*\*\s/.test(file.text))
    .map((file) => `${file.path}: no module comment on top`);
}

/** Exports without a comment of their own. */
export function findUndocumentedExports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n');
    return file.exports
      .filter((item) => !item.isType && !isDocumented(lines, item.line))
      .map((item) => `${file.path}:${item.line}: ${item.name} has no docstring`);
  });
}

/** Notes to oneself that were never done. */
export function findLeftovers(files: readonly { readonly path: string; readonly text: string }[]): string[] {
  return files.flatMap((file) =>
    file.text.split('\n').flatMap((line, i) => (LEFTOVERS.test(line) ? [`${file.path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

/** The comment stands right above, or the export continues a group that a comment opens (lines of exports without a gap). */
function isDocumented(lines: readonly string[], line: number): boolean {
  for (let at = line - 2; at >= 0; at--) {
    const text = lines[at]!.trim();
    if (text.endsWith('*/') || text.startsWith('//')) return true;
    if (!text.startsWith('export ')) return false;
  }
  return false;
}
