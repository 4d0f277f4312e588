/**
 * YAML 1.1 text to a tree of {@link YamlNode}, as PyYAML with octoDNS's loader would build it: PyYAML's scalars, the last of two equal
 * keys, merge keys that merge where they stand, `!include` as a value, in a merge and as a list. This is the one file that
 * knows the YAML library; it uses it for syntax only (its failsafe schema) and gives every scalar its meaning itself.
 *
 * Text is hostile: size, depth, number of nodes, includes and merged entries are bounded, loops are refused, and whatever
 * the library throws becomes a fault.
 */

import { type Alias, Lexer, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import {
  INCLUDE_DEPTH_MAX,
  INCLUDE_FILES_MAX,
  YAML_DEPTH_MAX,
  YAML_FILE_BYTES_MAX,
  YAML_NODES_MAX,
  YAML_RECORDS_MAX,
  YAML_ZONE_CHARS_MAX,
} from '../base/limits.ts';
import type { FaultSink } from './fault-sink.ts';
import { yamlErrorText } from './yaml-error.ts';
import {
  createYamlFile,
  keyId,
  placeAt,
  type YamlEntry,
  type YamlFile,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from './yaml-node.ts';
import { resolvePlainScalar, resolveTaggedScalar } from './yaml-scalar.ts';

/** A file's path, as it stands in faults, and its text. */
export type YamlSource = { readonly path: string; readonly text: string };

/** Finds the file that `target` names from inside `fromPath`, or says in a sentence why it may not be read. */
export type YamlInclude = (target: string, fromPath: string) => YamlSource | string;

/** What reading one zone may still cost, shared by all its files. */
export type YamlBudget = { nodes: number; files: number; records: number; chars: number };

/** The budget of a whole zone. */
export function createYamlBudget(): YamlBudget {
  return {
    nodes: YAML_NODES_MAX,
    files: INCLUDE_FILES_MAX,
    records: YAML_RECORDS_MAX,
    chars: YAML_ZONE_CHARS_MAX,
  };
}

type Loader = {
  readonly file: YamlFile;
  readonly text: string;
  readonly include: YamlInclude;
  readonly sink: FaultSink;
  readonly budget: YamlBudget;
  readonly includeDepth: number;
  readonly anchors: Map<string, YamlNode | null>;
};

type ParsedNode = (Scalar | YAMLMap | YAMLSeq | Alias) & { tag?: string; anchor?: string };

/** What PyYAML's reader refuses anywhere in a stream. */
const NOT_PRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const INCLUDE_TAG = '!include';
const SCALAR_MARK = '\u001f';
const LEXER_MARKS = ['\u0002', '\u0018', SCALAR_MARK];
const YAML_TAG = 'tag:yaml.org,2002:';

/** The tree of `source`, or null after telling `sink` what is wrong. An empty file is a null scalar. */
export function readYamlDocument(
  source: YamlSource,
  include: YamlInclude,
  sink: FaultSink,
  budget: YamlBudget,
): YamlNode | null {
  const before = sink.errorCount;
  const node = loadFile(source, include, sink, budget, 0);
  return sink.errorCount > before ? null : node;
}

function loadFile(
  source: YamlSource,
  include: YamlInclude,
  sink: FaultSink,
  budget: YamlBudget,
  includeDepth: number,
): YamlNode | null {
  const whole = { file: source.path, line: 0, column: 0 };
  if (source.text.length > YAML_FILE_BYTES_MAX) {
    sink.error(
      'yaml-too-large',
      `the file is larger than YAML_FILE_BYTES_MAX = ${YAML_FILE_BYTES_MAX}: split the zone`,
      whole,
    );
    return null;
  }
  budget.chars -= source.text.length;
  if (budget.chars < 0) {
    const message = `the zone's files have over YAML_ZONE_CHARS_MAX = ${YAML_ZONE_CHARS_MAX} characters: split the zone`;
    sink.error('yaml-too-large', message, whole);
    // Nothing of it is read any more, whatever else is included.
    budget.files = 0;
    return null;
  }
  const file = createYamlFile(source.path, source.text);
  const loader: Loader = { file, text: source.text, include, sink, budget, includeDepth, anchors: new Map() };
  const odd = NOT_PRINTABLE.exec(source.text);
  if (odd !== null) {
    const code = odd[0].codePointAt(0)!.toString(16).padStart(4, '0');
    sink.error(
      'yaml-character',
      `unacceptable character #x${code}: special characters are not allowed`,
      placeAt(file, odd.index),
    );
    return null;
  }
  try {
    const contents = parseText(source.text, loader);
    file.isBare = contents != null && !('items' in contents);
    return contents === undefined ? null : contents === null ? nullAt(loader, 0) : convert(contents, loader, 0);
  } catch (error) {
    // A stack overflow on thousands of nested brackets, or a defect of the library: the file is refused, the process lives.
    const reason = error instanceof RangeError ? 'it is nested too deeply' : String(error).slice(0, 200);
    sink.error('yaml-unreadable', `the file could not be read: ${reason}`, whole);
    return null;
  }
}

/** The root of the only document; null for an empty one, undefined after a syntax fault. */
function parseText(text: string, loader: Loader): ParsedNode | null | undefined {
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false, // quadratic otherwise, and octoDNS takes the last
    prettyErrors: false,
    logLevel: 'error', // 'silent' would also hush a second document
  });
  for (const error of document.errors) {
    // An included file may be none of ours: not even a word of it is told.
    const message =
      loader.includeDepth > 0 ? `the included file is not YAML here (${error.code})` : yamlErrorText(error.message);
    loader.sink.error('yaml-syntax', message, placeAt(loader.file, Math.min(error.pos[0], text.length)));
  }
  const odd = /^%YAML[ \t]+(?!1\.)/m.exec(text);
  if (odd !== null && !/^---/m.test(text.slice(0, odd.index))) {
    const message = 'found incompatible YAML document (version 1.* is required)';
    loader.sink.error('yaml-syntax', message, placeAt(loader.file, odd.index));
    return undefined;
  }
  if (document.errors.length > 0) return undefined;
  const isSuspect = text.includes('\t') || (text.includes('?') && (text.includes('[') || text.includes('{')));
  if (isSuspect && refusesToken(text, loader)) return undefined;
  return (document.contents as unknown as ParsedNode | null) ?? null;
}

/**
 * What PyYAML's scanner refuses and the library does not: a tab between tokens or in a plain scalar (quotes, block scalars and
 * comments may hold one), and a question mark in a plain scalar inside brackets.
 */
function refusesToken(text: string, loader: Loader): boolean {
  let at = 0;
  let flow = 0;
  let isBlock = false;
  let isPlain = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (LEXER_MARKS.includes(lexeme)) {
      // The lexer's own marks are not in the text; this one stands before the content of a plain or block scalar.
      isPlain = lexeme === SCALAR_MARK && !isBlock;
      isBlock = false;
      continue;
    }
    const tab = lexeme.indexOf('\t');
    const question = isPlain && flow > 0 ? lexeme.indexOf('?') : -1;
    const odd = tab >= 0 && (isPlain || /^[ \t]+$/.test(lexeme)) ? tab : question;
    if (odd >= 0) {
      const message =
        odd === tab ? "found character '\\t' that cannot start any token" : 'found "?" inside brackets: quote the text';
      loader.sink.error('yaml-syntax', message, placeAt(loader.file, at + odd));
      return true;
    }
    if (!isPlain && (lexeme === '[' || lexeme === '{')) flow++;
    if (!isPlain && (lexeme === ']' || lexeme === '}')) flow--;
    isPlain = false;
    if (/^[|>]/.test(lexeme)) isBlock = true;
    at += lexeme.length;
  }
  return false;
}

function convert(node: ParsedNode | null, loader: Loader, depth: number, at = 0): YamlNode {
  if (node === null) return nullAt(loader, at);
  const start = node.range?.[0] ?? at;
  if (!spend(loader, 1, start)) return nullAt(loader, start);
  if (depth > YAML_DEPTH_MAX)
    return refuse(loader, start, 'yaml-too-deep', `nested deeper than YAML_DEPTH_MAX = ${YAML_DEPTH_MAX}`);
  if ('source' in node && !('value' in node)) return resolveAlias(node.source, loader, start);
  const anchor = node.anchor;
  if (anchor !== undefined) {
    if (loader.anchors.has(anchor))
      return refuse(loader, start, 'yaml-anchor', `found duplicate anchor '${anchor.slice(0, 80)}'`);
    loader.anchors.set(anchor, null);
  }
  const converted = convertContent(node as Scalar | YAMLMap | YAMLSeq, loader, depth, start);
  if (anchor !== undefined) loader.anchors.set(anchor, converted);
  return converted;
}

function resolveAlias(name: string, loader: Loader, at: number): YamlNode {
  const target = loader.anchors.get(name);
  if (target === undefined) return refuse(loader, at, 'yaml-anchor', `found undefined alias '${name.slice(0, 80)}'`);
  if (target === null)
    return refuse(loader, at, 'yaml-anchor', `alias '${name.slice(0, 80)}' stands inside what it names`);
  return target;
}

function convertContent(node: Scalar | YAMLMap | YAMLSeq, loader: Loader, depth: number, at: number): YamlNode {
  const tag = node.tag === '!' ? undefined : node.tag;
  if (tag === INCLUDE_TAG) return convertInclude(node, loader, at);
  const end = node.range?.[1] ?? at;
  if (!('items' in node)) return convertScalar(node, tag, loader, at);
  const isMap = isParsedMap(node);
  if (tag !== undefined && tag !== `${YAML_TAG}${isMap ? 'map' : 'seq'}`) {
    return refuse(loader, at, 'yaml-tag', `could not determine a constructor for the tag '${tag.slice(0, 80)}'`);
  }
  if (isMap) {
    // As in PyYAML, an anchored mapping starts at its anchor.
    const anchorAt = node.anchor === undefined ? -1 : loader.text.lastIndexOf(`&${node.anchor}`, at);
    const entries = convertPairs(node, loader, depth);
    return { kind: 'map', entries, file: loader.file, at: anchorAt >= 0 ? anchorAt : at, end };
  }
  const items = node.items.map((item) => convert(item as ParsedNode | null, loader, depth + 1, at));
  return { kind: 'seq', items, file: loader.file, at, end };
}

function convertScalar(node: Scalar, tag: string | undefined, loader: Loader, at: number): YamlNode {
  const text = String(node.value ?? '');
  const scalar =
    tag !== undefined
      ? resolveTaggedScalar(tag, text)
      : node.type === 'PLAIN' || node.type === undefined
        ? resolvePlainScalar(text)
        : ({ type: 'str', value: text } as const);
  if (typeof scalar === 'string') return refuse(loader, at, tag === undefined ? 'yaml-value' : 'yaml-tag', scalar);
  return { kind: 'scalar', scalar, written: text, file: loader.file, at };
}

/** The entries of a mapping: a merge key merges where it stands, so it overwrites keys before it and loses to keys after it. */
function convertPairs(map: YAMLMap, loader: Loader, depth: number): Map<string, YamlEntry> {
  const entries = new Map<string, YamlEntry>();
  for (const pair of map.items as Pair<ParsedNode | null, ParsedNode | null>[]) {
    const keyAt = pair.key?.range?.[0] ?? map.range?.[0] ?? 0;
    if (isMergeKey(pair.key)) {
      mergeInto(entries, convert(pair.value, loader, depth + 1, keyAt), loader, keyAt);
      continue;
    }
    const key = isPlainEquals(pair.key)
      ? ({ kind: 'scalar', scalar: { type: 'str', value: '=' }, written: '=', file: loader.file, at: keyAt } as const)
      : convert(pair.key, loader, depth + 1, keyAt);
    if (isEmptyKey(pair.key) && !/\?\s*$/.test(loader.text.slice(Math.max(0, keyAt - 200), keyAt))) {
      refuse(loader, keyAt, 'yaml-syntax', 'expected a key before ":"');
    }
    const value = convert(pair.value, loader, depth + 1, keyAt);
    if (key.kind !== 'scalar') {
      refuse(loader, keyAt, 'yaml-key', 'found unhashable key: a list or mapping cannot be a name');
      continue;
    }
    entries.set(keyId(key.scalar), { key, value });
  }
  return entries;
}

function mergeInto(entries: Map<string, YamlEntry>, value: YamlNode, loader: Loader, at: number): void {
  const maps = mergeSources(value, loader, at);
  // In a list the first wins, so the last is laid first.
  for (const map of maps.reverse()) {
    if (!spend(loader, map.entries.size, at)) return;
    for (const [id, entry] of map.entries) entries.set(id, entry);
  }
}

function mergeSources(value: YamlNode, loader: Loader, at: number): YamlMap[] {
  if (value.kind === 'map') return [value];
  if (value.kind === 'seq') {
    if (!spend(loader, value.items.length, at)) return [];
    return value.items.flatMap((item) => mergeSources(item, loader, at));
  }
  // An empty file that is included adds nothing; a null written here is a mistake.
  if (value.scalar.type === 'null' && value.file !== loader.file) return [];
  refuse(loader, at, 'yaml-merge', 'expected a mapping or list of mappings for merging, but found scalar');
  return [];
}

/** `!include FILE`, or a list of files that are all mappings (later ones override) or all lists (joined). */
function convertInclude(node: Scalar | YAMLMap | YAMLSeq, loader: Loader, at: number): YamlNode {
  if (!('items' in node)) return includeFile(String(node.value ?? ''), loader, at);
  if (isParsedMap(node))
    return refuse(loader, at, 'yaml-include', '!include takes a file name or a list of file names');
  const parts: YamlNode[] = [];
  for (const item of node.items as (ParsedNode | null)[]) {
    if (item === null || 'items' in item || !('value' in item)) {
      return refuse(loader, at, 'yaml-include', '!include takes a file name or a list of file names');
    }
    parts.push(includeFile(String(item.value ?? ''), loader, item.range?.[0] ?? at));
  }
  const end = node.range?.[1] ?? at;
  if (parts.length > 0 && parts.every((part) => part.kind === 'seq')) {
    const items = parts.flatMap((part) => (spend(loader, part.items.length, at) ? part.items : []));
    return { kind: 'seq', items, file: loader.file, at, end };
  }
  if (parts.length > 0 && parts.every((part) => part.kind === 'map')) {
    const entries = new Map<string, YamlEntry>();
    for (const part of parts) mergeInto(entries, part, loader, at);
    return { kind: 'map', entries, file: loader.file, at, end };
  }
  return refuse(loader, at, 'yaml-include', 'the files of one !include must all be lists or all be mappings');
}

function includeFile(target: string, loader: Loader, at: number): YamlNode {
  if (loader.includeDepth >= INCLUDE_DEPTH_MAX) {
    return refuse(
      loader,
      at,
      'yaml-include',
      `!include deeper than INCLUDE_DEPTH_MAX = ${INCLUDE_DEPTH_MAX}: is it a circle?`,
    );
  }
  if (loader.budget.files-- <= 0) {
    return refuse(loader, at, 'yaml-include', `more than INCLUDE_FILES_MAX = ${INCLUDE_FILES_MAX} files are included`);
  }
  const source = loader.include(target, loader.file.path);
  if (typeof source === 'string') return refuse(loader, at, 'yaml-include', source);
  return loadFile(source, loader.include, loader.sink, loader.budget, loader.includeDepth + 1) ?? nullAt(loader, at);
}

function isParsedMap(node: YAMLMap | YAMLSeq): node is YAMLMap {
  return 'has' in node && !Array.isArray(node) && node.constructor.name === 'YAMLMap';
}

function isMergeKey(key: ParsedNode | null): boolean {
  if (key === null || 'items' in key || !('value' in key)) return false;
  if (key.tag !== undefined) return key.tag === `${YAML_TAG}merge`;
  return key.value === '<<' && key.type === 'PLAIN';
}

function isEmptyKey(key: ParsedNode | null): boolean {
  if (key === null) return true;
  if ('items' in key || !('value' in key) || key.anchor !== undefined || key.tag !== undefined) return false;
  return key.type === 'PLAIN' && key.value === '';
}

function isPlainEquals(key: ParsedNode | null): boolean {
  return key !== null && !('items' in key) && 'value' in key && key.value === '=' && key.type === 'PLAIN';
}

function spend(loader: Loader, nodes: number, at: number): boolean {
  const had = loader.budget.nodes > 0;
  loader.budget.nodes -= nodes;
  if (loader.budget.nodes > 0) return true;
  if (had) {
    refuse(
      loader,
      at,
      'yaml-too-large',
      `more than YAML_NODES_MAX = ${YAML_NODES_MAX} values, aliases counted each time`,
    );
  }
  return false;
}

function refuse(loader: Loader, at: number, code: string, message: string): YamlScalar {
  loader.sink.error(code, message, placeAt(loader.file, at));
  return nullAt(loader, at);
}

function nullAt(loader: Loader, at: number): YamlScalar {
  return { kind: 'scalar', scalar: { type: 'null' }, written: '', file: loader.file, at };
}
