/**
 * A large zone says the same of many names. YAML asks of a word of letters, digits, `_`, `.` and `-` only that it is one: records that differ
 * in nothing but such words have trees that differ in nothing but the words. What is left of a record without its words is its shape; the
 * library parses one record of each shape, and the others get its tree with their own words and places.
 *
 * Called by `yaml-document.ts`. A tree serves others only if every text in it stands in its record as it is: no anchors, aliases, tags or
 * merges, no escapes, folded lines or block scalars, and no key that another one has replaced.
 */

import { YAML_SHAPE_CHARS_MAX } from '../base/limits.ts';
import { keyId, type YamlEntry, type YamlFile, type YamlNode, type YamlScalar } from './yaml-node.ts';
import { resolvePlainScalar, type ScalarValue } from './yaml-scalar.ts';

/** A stretch of a file as a mapping of its own; `nodes`: what reading it costs. */
export type YamlPiece = {
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly nodes: number;
  readonly at: number;
  readonly end: number;
};

/** A piece of one entry. */
export type YamlRecord = { readonly entry: YamlEntry; readonly nodes: number; readonly end: number };

/** Reads the record of its shape that starts at an offset of the text, or null: one of its words has no meaning as a scalar. */
export type ReadAlike = (start: number) => YamlRecord | null;

/** The words of the record that is read: where it starts, and then where each of them ends. */
type Words = { readonly text: string; readonly file: YamlFile; readonly ends: number[] };
/** The offset of one place in whatever record the words are of. */
type Spot = (ends: readonly number[]) => number;
type Fill<Node extends YamlNode> = (words: Words) => Node | null;

const WORD = /[A-Za-z0-9_][A-Za-z0-9_.-]*/g;
/** What stands for every word in a shape: one of them. */
const ANY_WORD = '0';
/** An anchor or a tag, if it is not in quotes or in a comment: both mean more than the node that they stand at. */
const PROPERTY = /[&!]/;
/** ASCII codes of what a word may go on with. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_.-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** The shape of the text of a record, or null when it is to be read by itself. */
export function shapeOf(text: string): string | null {
  return text.length > YAML_SHAPE_CHARS_MAX || PROPERTY.test(text) ? null : text.replace(WORD, ANY_WORD);
}

/** How all records of `shape` are read, from one that starts at `start` of `text` and that the library has read. Null: each by itself. */
export function readAlike(shape: string, text: string, start: number, sample: YamlPiece): ReadAlike | null {
  const [entry] = sample.entries.values();
  const { nodes } = sample;
  if (entry === undefined || nodes !== countNodes(entry.key) + countNodes(entry.value)) return null;
  const gaps = shape.split(ANY_WORD).map((gap) => gap.length);
  const words: Words = { text, file: entry.key.file, ends: [] };
  findWords(words, gaps, start);
  const key = scalarFill(entry.key, words, gaps);
  const value = nodeFill(entry.value, words, gaps);
  const end = spotOf(sample.end, words, gaps);
  if (key === null || value === null || end === null) return null;
  return (at) => {
    findWords(words, gaps, at);
    const ownKey = key(words);
    const ownValue = value(words);
    if (ownKey === null || ownValue === null) return null;
    return { entry: { key: ownKey, value: ownValue }, nodes, end: end(words.ends) };
  };
}

function findWords({ text, ends }: Words, gaps: readonly number[], start: number): void {
  let at = start;
  ends[0] = start;
  for (let word = 1; word < gaps.length; word++) {
    at += gaps[word - 1]!;
    while (IN_WORD[text.charCodeAt(at)] === 1) at++;
    ends[word] = at;
  }
}

/** The place of `offset` in any record of the shape: so far behind a word. Null: it is not between words, or not in the record. */
function spotOf(offset: number, { ends }: Words, gaps: readonly number[]): Spot | null {
  const word = ends.findLastIndex((end) => end <= offset);
  if (word < 0) return null;
  const behind = offset - ends[word]!;
  return behind <= gaps[word]! ? (own) => own[word]! + behind : null;
}

/** What the library counts for `node`, if nothing of it was repeated, merged or lost. */
function countNodes(node: YamlNode): number {
  if (node.kind === 'scalar') return 1;
  if (node.kind === 'seq') return node.items.reduce((sum, item) => sum + countNodes(item), 1);
  let count = 1;
  for (const { key, value } of node.entries.values()) count += countNodes(key) + countNodes(value);
  return count;
}

function nodeFill(node: YamlNode, words: Words, gaps: readonly number[]): Fill<YamlNode> | null {
  if (node.kind === 'scalar') return scalarFill(node, words, gaps);
  const at = spotOf(node.at, words, gaps);
  const end = spotOf(node.end, words, gaps);
  if (node.file !== words.file || at === null || end === null) return null;
  return node.kind === 'seq'
    ? seqFill(node.items, words, gaps, at, end)
    : mapFill([...node.entries.values()], words, gaps, at, end);
}

function seqFill(
  sample: readonly YamlNode[],
  words: Words,
  gaps: readonly number[],
  at: Spot,
  end: Spot,
): Fill<YamlNode> | null {
  const fills = sample.map((item) => nodeFill(item, words, gaps));
  if (!fills.every((fill) => fill !== null)) return null;
  return (own) => {
    const items: YamlNode[] = [];
    for (const fill of fills) {
      const item = fill(own);
      if (item === null) return null;
      items.push(item);
    }
    return { kind: 'seq', items, file: own.file, at: at(own.ends), end: end(own.ends) };
  };
}

function mapFill(
  sample: readonly YamlEntry[],
  words: Words,
  gaps: readonly number[],
  at: Spot,
  end: Spot,
): Fill<YamlNode> | null {
  const keys = sample.map(({ key }) => scalarFill(key, words, gaps));
  const values = sample.map(({ value }) => nodeFill(value, words, gaps));
  if (!keys.every((fill) => fill !== null) || !values.every((fill) => fill !== null)) return null;
  return (own) => {
    const entries = new Map<string, YamlEntry>();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!(own);
      const value = values[i]!(own);
      if (key === null || value === null) return null;
      entries.set(keyId(key.scalar), { key, value });
    }
    return { kind: 'map', entries, file: own.file, at: at(own.ends), end: end(own.ends) };
  };
}

function scalarFill(sample: YamlScalar, words: Words, gaps: readonly number[]): Fill<YamlScalar> | null {
  const { text } = words;
  const first = text.charAt(sample.at);
  const isQuoted = first === '"' || first === "'";
  const marks = isQuoted ? 1 : 0;
  const from = sample.at + marks;
  const at = spotOf(sample.at, words, gaps);
  const to = spotOf(from + sample.written.length, words, gaps);
  if (sample.file !== words.file || at === null || to === null) return null;
  // What does not stand there as it is was escaped or folded; what a block scalar's mark begins only seems to.
  if (!text.startsWith(sample.written, from) || first === '|' || first === '>') return null;
  // Types, TTLs and keys are mostly those of the record before.
  let { written, scalar } = sample;
  return (own) => {
    const ownAt = at(own.ends);
    const ownFrom = ownAt + marks;
    const ownTo = to(own.ends);
    if (ownTo - ownFrom !== written.length || !own.text.startsWith(written, ownFrom)) {
      const words = own.text.slice(ownFrom, ownTo);
      const meant: ScalarValue | string = isQuoted ? { type: 'str', value: words } : resolvePlainScalar(words);
      if (typeof meant === 'string') return null;
      written = words;
      scalar = meant;
    }
    return { kind: 'scalar', scalar, written, file: own.file, at: ownAt };
  };
}
