/**
 * YAML 1.1 text to a tree of {@link YamlNode}, as PyYAML with octoDNS's loader would build it: PyYAML's scalars, the last of two equal
 * keys, merge keys that merge where they stand, `!include` as a value, in a merge and as a list. The syntax is
 * `yaml-syntax.ts`; here every node gets its meaning.
 *
 * Text is hostile: size, depth, number of nodes, includes and merged entries are bounded, loops are refused, and whatever
 * the library throws becomes a fault.
 */

import type { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import {
  INCLUDE_DEPTH_MAX,
  INCLUDE_FILES_MAX,
  YAML_DEPTH_MAX,
  YAML_FILE_BYTES_MAX,
  YAML_NODES_MAX,
  YAML_PIECE_CHARS,
  YAML_RECORDS_MAX,
  YAML_ZONE_CHARS_MAX,
} from '../base/limits.ts';
import { createFaultSink, type FaultSink } from './fault-sink.ts';
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
import { readInPieces, yamlRecords } from './yaml-pieces.ts';
import { resolvePlainScalar, resolveTaggedScalar } from './yaml-scalar.ts';
import type { YamlPiece } from './yaml-shape.ts';
import { findRefused, isParsedMap, type ParsedNode, parseYaml } from './yaml-syntax.ts';

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

/** What all files of one reading share. */
type Reading = {
  readonly include: YamlInclude;
  readonly sink: FaultSink;
  readonly budget: YamlBudget;
  readonly includeDepth: number;
  /** Characters of a file from which on it is read in pieces, and of a piece. */
  readonly pieceChars: number;
};

type Loader = Reading & {
  readonly file: YamlFile;
  readonly text: string;
  readonly anchors: Map<string, YamlNode | null>;
  /** Where in the file the text stands whose nodes are converted: they count from there. */
  base: number;
};

/** What PyYAML's reader refuses anywhere in a stream. */
const NOT_PRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const INCLUDE_TAG = '!include';
const YAML_TAG = 'tag:yaml.org,2002:';

/** The tree of `source`, or null after telling `sink` what is wrong. An empty file is a null scalar. `pieceChars` changes nothing but the cost. */
export function readYamlDocument(
  source: YamlSource,
  include: YamlInclude,
  sink: FaultSink,
  budget: YamlBudget,
  pieceChars = YAML_PIECE_CHARS,
): YamlNode | null {
  const before = sink.errorCount;
  const node = loadFile(source, { include, sink, budget, includeDepth: 0, pieceChars });
  return sink.errorCount > before ? null : node;
}

function loadFile(source: YamlSource, reading: Reading): YamlNode | null {
  const { sink, budget } = reading;
  const { path, text } = source;
  const whole = { file: path, line: 0, column: 0 };
  if (text.length > YAML_FILE_BYTES_MAX) {
    const message = `the file is larger than YAML_FILE_BYTES_MAX = ${YAML_FILE_BYTES_MAX}: split the zone`;
    sink.error('yaml-too-large', message, whole);
    return null;
  }
  budget.chars -= text.length;
  if (budget.chars < 0) {
    const message = `the zone's files have over YAML_ZONE_CHARS_MAX = ${YAML_ZONE_CHARS_MAX} characters: split the zone`;
    sink.error('yaml-too-large', message, whole);
    // Nothing of it is read any more, whatever else is included.
    budget.files = 0;
    return null;
  }
  const file = createYamlFile(path, text);
  const odd = NOT_PRINTABLE.exec(text);
  if (odd !== null) {
    const code = odd[0].codePointAt(0)!.toString(16).padStart(4, '0');
    const message = `unacceptable character #x${code}: special characters are not allowed`;
    sink.error('yaml-character', message, placeAt(file, odd.index));
    return null;
  }
  try {
    return loadInPieces(source, file, reading) ?? loadWhole(source, file, reading);
  } catch (error) {
    // A stack overflow on thousands of nested brackets, or a defect of the library: the file is refused, the process lives.
    const reason = error instanceof RangeError ? 'it is nested too deeply' : String(error).slice(0, 200);
    sink.error('yaml-unreadable', `the file could not be read: ${reason}`, whole);
    return null;
  }
}

function loadWhole({ text }: YamlSource, file: YamlFile, reading: Reading): YamlNode | null {
  const loader: Loader = { ...reading, file, text, anchors: new Map(), base: 0 };
  const { root, faults } = parseYaml(text);
  for (const { message, code, at } of faults) {
    // An included file may be none of ours: not even a word of it is told.
    const told = loader.includeDepth > 0 ? `the included file is not YAML here (${code})` : message;
    loader.sink.error('yaml-syntax', told, placeAt(file, at));
  }
  if (faults.length > 0) return null;
  const refused = findRefused(text);
  if (refused !== null) return refuse(loader, refused.at, 'yaml-syntax', refused.message);
  file.isBare = root !== null && !('items' in root);
  return convert(root, loader, 0);
}

/**
 * The mapping that a large file is, or null, with nothing told and nothing spent, when it is none, is small, or has any fault: then it is
 * to be read whole, since only that tells faults as they are. A file that is included is read whole: it may stand in a file that fails.
 */
function loadInPieces({ text }: YamlSource, file: YamlFile, reading: Reading): YamlMap | null {
  if (reading.includeDepth > 0) return null;
  const starts = yamlRecords(text, reading.pieceChars);
  if (starts.length === 1 || findRefused(text) !== null) return null;
  const budget = { ...reading.budget, nodes: reading.budget.nodes - 1 };
  const loader: Loader = { ...reading, sink: createFaultSink(), budget, file, text, anchors: new Map(), base: 0 };
  let pieces: YamlPiece | null;
  try {
    pieces = readInPieces(text, starts, reading.pieceChars, (from, to) => convertPiece(from, to, loader));
  } catch {
    // Whatever was too much for the library, it will be for the whole.
    return null;
  }
  if (pieces === null) return null;
  const { entries, nodes, at, end } = pieces;
  budget.nodes = reading.budget.nodes - 1 - nodes;
  if (budget.nodes <= 0) return null;
  Object.assign(reading.budget, budget);
  return { kind: 'map', entries, file, at, end };
}

function convertPiece(from: number, to: number, loader: Loader): YamlPiece | null {
  const { text, budget } = loader;
  const { root, faults } = parseYaml(text.slice(from, to));
  if (faults.length > 0 || root === null || !isPieceOfMap(root)) return null;
  loader.base = from;
  const at = startOf(root, loader, 0);
  if (at > 0 && text[at - 1] !== '\n') return null;
  const entries = new Map<string, YamlEntry>();
  const nodesBefore = budget.nodes;
  convertPairs(root, loader, 0, entries);
  if (loader.sink.errorCount > 0) return null;
  return { entries, nodes: nodesBefore - budget.nodes, at, end: endOf(root, loader, from) };
}

/** A mapping in lines, with nothing in front that would be said of the first piece and is meant for all. */
function isPieceOfMap(node: ParsedNode): node is YAMLMap & ParsedNode {
  if (!('items' in node) || !isParsedMap(node)) return false;
  return node.flow !== true && node.anchor === undefined && node.tag === undefined;
}

function startOf(node: ParsedNode | null, loader: Loader, otherwise: number): number {
  return node?.range == null ? otherwise : node.range[0] + loader.base;
}

function endOf(node: ParsedNode, loader: Loader, otherwise: number): number {
  return node.range == null ? otherwise : node.range[1] + loader.base;
}

function convert(node: ParsedNode | null, loader: Loader, depth: number, at = 0): YamlNode {
  if (node === null) return nullAt(loader, at);
  const start = startOf(node, loader, at);
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
  const end = endOf(node, loader, at);
  if (!('items' in node)) return convertScalar(node, tag, loader, at);
  const isMap = isParsedMap(node);
  if (tag !== undefined && tag !== `${YAML_TAG}${isMap ? 'map' : 'seq'}`) {
    return refuse(loader, at, 'yaml-tag', `could not determine a constructor for the tag '${tag.slice(0, 80)}'`);
  }
  if (isMap) {
    // As in PyYAML, an anchored mapping starts at its anchor.
    const anchorAt = node.anchor === undefined ? -1 : loader.text.lastIndexOf(`&${node.anchor}`, at);
    const entries = new Map<string, YamlEntry>();
    convertPairs(node, loader, depth, entries);
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

/** Adds the entries of a mapping to `entries`: a merge key merges where it stands, so it overwrites keys before it and loses to keys after it. */
function convertPairs(map: YAMLMap, loader: Loader, depth: number, entries: Map<string, YamlEntry>): void {
  const mapAt = startOf(map, loader, 0);
  for (const pair of map.items as Pair<ParsedNode | null, ParsedNode | null>[]) {
    const keyAt = startOf(pair.key, loader, mapAt);
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
    parts.push(includeFile(String(item.value ?? ''), loader, startOf(item, loader, at)));
  }
  const end = endOf(node, loader, at);
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
  return loadFile(source, { ...loader, includeDepth: loader.includeDepth + 1 }) ?? nullAt(loader, at);
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
