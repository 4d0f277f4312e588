/**
 * The text of a zone file with the keys of every mapping in natural order, as octoDNS's `enforce_order` wants them. Pieces of the text
 * change places and nothing is written anew, so that comments, quotes, anchors and columns stay as their author made them:
 *
 *     # about b        \  lead: comments right above a key, and blank lines
 *     b: {x: 1}  # y    } body: from the key to the end of the value's last line, with comments deeper than the key
 *
 * What cannot be sorted without another meaning keeps its place and is told: keys around `<<`, and an alias stays behind its anchor.
 */

import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Fault, Place } from '../base/fault.ts';
import { createYamlFile, placeAt, type YamlFile } from '../zone/yaml-node.ts';
import { resolvePlainScalar, type ScalarValue } from '../zone/yaml-scalar.ts';
import { compareNatural, naturalKey } from './natural-order.ts';
import { readMeaning } from './zone-meaning.ts';

/** `text` is null where `faults` has an error; warnings tell what keeps a place that natural order would not give it. */
export type SortedZone = { readonly text: string | null; readonly faults: readonly Fault[] };

type YamlPart = Scalar | YAMLMap | YAMLSeq | Alias;
type YamlPair = Pair<YamlPart, YamlPart | null>;
type Sorter = {
  readonly file: YamlFile;
  readonly text: string;
  readonly eol: string;
  readonly hasAliases: boolean;
  readonly faults: Fault[];
};
/** A pair of a block mapping, in pieces of text. */
type Piece = { readonly pair: YamlPair; lead: string[]; readonly body: string };

/** For editors; it must stay on top. */
const MODELINE = /^\s*#\s*(?:yaml-language-server|vim?:|-\*-)/;

/** Sorts `text`, the content of the file `path`. Never throws for what stands in it. */
export function sortZoneText(path: string, text: string): SortedZone {
  const before = readMeaning(path, text);
  if (before.digest === null) return { text: null, faults: before.faults };
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let hasAliases = false;
  visit(document, {
    Alias: () => {
      hasAliases = true;
      return visit.BREAK;
    },
  });
  const file = createYamlFile(path, text);
  const sorter: Sorter = { file, text, eol: text.includes('\r\n') ? '\r\n' : '\n', hasAliases, faults: [] };
  const root = document.contents as YamlPart | null;
  const sorted = root === null ? text : render(sorter, root, 0, text.length);
  const faults = [...sorter.faults];
  if (faults.some(({ severity }) => severity === 'error')) return { text: null, faults };
  if (readMeaning(path, sorted).digest === before.digest) return { text: sorted, faults };
  const message = 'sorting would change what the file means: sort it by hand';
  return { text: null, faults: [...faults, faultAt({ file: path, line: 0, column: 0 }, 'fmt-meaning', message)] };
}

/** The text from `from` to `to`, which `node` stands in, sorted. */
function render(sorter: Sorter, node: YamlPart | null, from: number, to: number): string {
  if (isMap(node) && node.items.length > 0) {
    return node.flow ? renderFlow(sorter, node, from, to) : renderBlock(sorter, node, from, to);
  }
  if (!isSeq(node)) return sorter.text.slice(from, to);
  let out = '';
  let at = from;
  for (const item of node.items as (YamlPart | null)[]) {
    const range = item?.range;
    if (item == null || range == null) continue;
    const start = Math.max(at, range[0]);
    const end = node.flow ? range[1] : Math.max(start, Math.min(to, endOfLine(sorter.text, contentEnd(item))));
    out += sorter.text.slice(at, start) + render(sorter, item, start, end);
    at = end;
  }
  return out + sorter.text.slice(at, to);
}

function renderBlock(sorter: Sorter, map: YAMLMap, from: number, to: number): string {
  const { text } = sorter;
  const pairs = map.items as YamlPair[];
  const starts = pairs.map(({ key }) => key.range![0]);
  const column = starts[0]! - lineStart(text, starts[0]!);
  const strange = pairs.findIndex((pair, i) => !isPlainKey(pair) || (i > 0 && !standsAlone(text, starts[i]!, column)));
  if (strange >= 0) return refuse(sorter, starts[strange]!, 'write each key as "KEY: VALUE" on a line of its own');
  const pieces: Piece[] = [];
  const isInline = !standsAlone(text, starts[0]!, column) || lineStart(text, starts[0]!) < from;
  let headEnd = starts[0]!;
  let at = starts[0]!;
  for (const [i, pair] of pairs.entries()) {
    const start = starts[i]!;
    const end = withDeeperComments(text, endOfLine(text, contentEnd(pair.value ?? pair.key)), column, to);
    let lead: string[] = [];
    if (i > 0) {
      lead = linesOf(text.slice(nextLine(text, at), lineStart(text, start)));
    } else if (!isInline) {
      const above = linesOf(text.slice(nextLine(text, from), lineStart(text, start)));
      const last = above.findLastIndex((line) => !/^\s*#/.test(line) || MODELINE.test(line));
      lead = above.slice(last + 1);
      headEnd = lineStart(text, start) - lead.reduce((sum, line) => sum + line.length + sorter.eol.length, 0);
    }
    const split = pair.key.range![1];
    const body = text.slice(start, split) + render(sorter, pair.value, split, end);
    pieces.push({ pair, lead, body });
    at = end;
  }
  const ordered = order(sorter, pieces, starts);
  moveBlankLines(pieces, ordered);
  const indent = isInline ? ' '.repeat(column) : text.slice(lineStart(text, starts[0]!), starts[0]!);
  const blocks = ordered.map(({ lead, body }, i) => {
    const isOpen = i === 0 && isInline && lead.length === 0;
    return [...lead, (isOpen ? '' : indent) + body].join(sorter.eol);
  });
  let head = text.slice(from, headEnd);
  if (isInline && ordered[0]!.lead.length > 0) head = head.trimEnd() + sorter.eol;
  return head + blocks.join(sorter.eol) + text.slice(at, to);
}

/** Blank lines belong to the gap, not to the piece that happens to come first. */
function moveBlankLines(before: readonly Piece[], after: readonly Piece[]): void {
  const [old, now] = [before[0]!, after[0]!];
  if (old === now) return;
  const comments = now.lead.findIndex((line) => line.trim() !== '');
  const blank = comments < 0 ? now.lead.length : comments;
  old.lead = [...now.lead.slice(0, blank), ...old.lead];
  now.lead = now.lead.slice(blank);
}

function renderFlow(sorter: Sorter, map: YAMLMap, from: number, to: number): string {
  const { text } = sorter;
  const pairs = map.items as YamlPair[];
  const spans = pairs.map(({ key, value }) => [key.range![0], (value ?? key).range![1]] as const);
  const rendered = pairs.map(({ value }, i) => {
    const [start, end] = spans[i]!;
    const split = value?.range?.[0] ?? end;
    return split >= end ? text.slice(start, end) : text.slice(start, split) + render(sorter, value, split, end);
  });
  const separators = spans.slice(1).map(([start], i) => text.slice(spans[i]![1], start));
  const pieces = pairs.map((pair, i): Piece => ({ pair, lead: [], body: rendered[i]! }));
  const ordered = order(
    sorter,
    pieces,
    spans.map(([start]) => start),
  );
  const head = text.slice(from, spans[0]![0]);
  const tail = text.slice(spans.at(-1)![1], to);
  const isMoved = ordered.some((piece, i) => piece !== pieces[i]);
  const isTidy = pairs.every(isPlainKey) && separators.every((part) => /^\s*,\s*$/.test(part)) && !/\?\s*$/.test(head);
  if (isMoved && (!isTidy || tail.includes('#'))) {
    return refuse(sorter, spans[0]![0], 'write a mapping with comments in it on lines of its own, without braces');
  }
  return head + ordered.map(({ body }, i) => body + (separators[i] ?? '')).join('') + tail;
}

/** By natural order between merge keys, which mean something else elsewhere; an alias behind the anchor that it needs. */
function order(sorter: Sorter, pieces: readonly Piece[], starts: readonly number[]): Piece[] {
  const keys = new Map(pieces.map((piece) => [piece, naturalKey(meaningOf(piece.pair.key))] as const));
  const byKey = (a: Piece, b: Piece) => compareNatural(keys.get(a)!, keys.get(b)!);
  const ordered: Piece[] = [];
  let run: Piece[] = [];
  const flush = () => {
    ordered.push(...(sorter.hasAliases ? behindAnchors(run.sort(byKey)) : run.sort(byKey)));
    run = [];
  };
  for (const piece of pieces) {
    if (!isMergeKey(piece.pair)) run.push(piece);
    else {
      flush();
      ordered.push(piece);
    }
  }
  flush();
  const own = ordered.filter(({ pair }) => !isMergeKey(pair));
  const held = own.findIndex((piece, i) => i > 0 && byKey(own[i - 1]!, piece) > 0);
  if (held > 0) {
    const place = placeAt(sorter.file, starts[pieces.indexOf(own[held]!)]!);
    const message =
      'this key keeps its place for the sake of an anchor or a merge, and octoDNS with enforce_order refuses it';
    sorter.faults.push({ ...faultAt(place, 'fmt-order', message), severity: 'warning' });
  }
  return ordered;
}

/** `sorted`, with every piece that names an anchor of another one behind that. */
function behindAnchors(sorted: readonly Piece[]): Piece[] {
  const facts = new Map(sorted.map((piece) => [piece, anchorsOf(piece.pair)] as const));
  const missing = new Set(sorted.flatMap((piece) => [...facts.get(piece)!.anchors]));
  const ordered: Piece[] = [];
  let waiting: Piece[] = [];
  const isReady = (piece: Piece) => {
    const { anchors, aliases } = facts.get(piece)!;
    return [...aliases].every((alias) => anchors.has(alias) || !missing.has(alias));
  };
  const place = (piece: Piece) => {
    ordered.push(piece);
    const { anchors } = facts.get(piece)!;
    for (const anchor of anchors) missing.delete(anchor);
    if (anchors.size === 0 || waiting.length === 0) return;
    const ready = waiting.filter(isReady);
    waiting = waiting.filter((each) => !ready.includes(each));
    for (const each of ready) place(each);
  };
  for (const piece of sorted) {
    if (isReady(piece)) place(piece);
    else waiting.push(piece);
  }
  return [...ordered, ...waiting];
}

function anchorsOf(pair: YamlPair): { anchors: Set<string>; aliases: Set<string> } {
  const anchors = new Set<string>();
  const aliases = new Set<string>();
  for (const part of [pair.key, pair.value]) {
    visit(part, {
      Node: (_, node) => {
        if (isAlias(node)) aliases.add(node.source);
        else if (typeof node.anchor === 'string') anchors.add(node.anchor);
      },
    });
  }
  return { anchors, aliases };
}

function meaningOf(key: YamlPart): ScalarValue {
  const text = isScalar(key) ? String(key.value ?? '') : '';
  const meaning = isScalar(key) && key.type === 'PLAIN' ? resolvePlainScalar(text) : text;
  return typeof meaning === 'string' ? { type: 'str', value: text } : meaning;
}

function isMergeKey({ key }: YamlPair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function isPlainKey({ key }: YamlPair): boolean {
  return isScalar(key) && key.anchor === undefined && key.tag === undefined;
}

/** Where the last thing that is no comment ends; of a block scalar, behind its last line. */
function contentEnd(node: YamlPart): number {
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) {
    const last = node.items.at(-1) as YamlPair | YamlPart;
    const part = isMap(node) ? ((last as YamlPair).value ?? (last as YamlPair).key) : (last as YamlPart);
    return contentEnd(part);
  }
  return node.range![1];
}

/** The end of the line that `at` is on, its line break not counted; of the line before where `at` is the start of one. */
function endOfLine(text: string, at: number): number {
  const isBehindBreak = at > 0 && text[at - 1] === '\n';
  const found = isBehindBreak ? at - 1 : text.indexOf('\n', at);
  const end = found < 0 ? text.length : found;
  return end > 0 && text[end - 1] === '\r' && found >= 0 ? end - 1 : end;
}

/** The end of the last of the comments right below `end` that are deeper than `column`, and so are about what stands above. */
function withDeeperComments(text: string, end: number, column: number, to: number): number {
  let last = end;
  for (let at = nextLine(text, end); at < to; at = nextLine(text, last)) {
    const next = endOfLine(text, at + 1);
    const line = text.slice(at, next);
    if (next > to || next <= last || !/^ *#/.test(line) || line.search(/\S/) <= column) break;
    last = next;
  }
  return last;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** The start of the first line that begins at `from` or behind it. */
function nextLine(text: string, from: number): number {
  if (from === 0 || (text[from - 1] === '\n' && text[from] !== '\n')) return from;
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found + 1;
}

/** Whole lines, without what ends them. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function standsAlone(text: string, at: number, column: number): boolean {
  const start = lineStart(text, at);
  return at - start === column && /^ *$/.test(text.slice(start, at));
}

function refuse(sorter: Sorter, at: number, message: string): string {
  sorter.faults.push(faultAt(placeAt(sorter.file, at), 'fmt-form', message));
  return '';
}

function faultAt(place: Place, code: string, message: string): Fault {
  return { ...place, severity: 'error', code, record: null, type: null, message };
}
