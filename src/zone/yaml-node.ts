/**
 * The tree that a YAML file becomes: scalars with their Python meaning, lists, and mappings as Python dictionaries (a Map, so
 * `__proto__` is a key like any other; the last of two equal keys wins; merge keys are already merged). Every node knows
 * where it stands, so that a fault can say `file:line:column`. An alias is the same node again: nothing here may
 * assume a tree without sharing, but `yaml-document.ts` refuses loops.
 *
 * Built by `yaml-document.ts`, read by the octoDNS validators.
 */

import type { Place } from '../base/fault.ts';
import { isTruthyScalar, type ScalarValue, scalarText } from './yaml-scalar.ts';

/**
 * A file and the offset at which each of its lines starts. `isBare`: the whole of it is one text, as any file is that was not written as
 * YAML, a key or a password for one; faults never repeat it.
 */
export type YamlFile = { readonly path: string; readonly lineStarts: Uint32Array; isBare: boolean };

export type YamlScalar = {
  readonly kind: 'scalar';
  readonly scalar: ScalarValue;
  /** As it stands in the file, for keys whose text is not what they mean. */
  readonly written: string;
  readonly file: YamlFile;
  readonly at: number;
};
export type YamlSeq = {
  readonly kind: 'seq';
  readonly items: readonly YamlNode[];
  readonly file: YamlFile;
  readonly at: number;
  readonly end: number;
};
export type YamlEntry = { readonly key: YamlScalar; readonly value: YamlNode };
export type YamlMap = {
  readonly kind: 'map';
  /** By {@link keyId}, in the order of a Python dictionary. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly file: YamlFile;
  readonly at: number;
  readonly end: number;
};
export type YamlNode = YamlScalar | YamlSeq | YamlMap;

/** Longest text of a value in a message; what follows is cut. */
const MESSAGE_TEXT_MAX = 500;

/** The table of line starts of `text` (LF, CRLF and lone CR end a line). */
export function createYamlFile(path: string, text: string): YamlFile {
  const starts: number[] = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1);
  }
  return { path, lineStarts: Uint32Array.from(starts), isBare: false };
}

/** Line and column, both from 1, of `offset`. */
export function placeAt(file: YamlFile, offset: number): Place {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (file.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: file.path, line: low + 1, column: offset - file.lineStarts[low]! + 1 };
}

/** Where `node` starts. */
export function placeOfNode(node: YamlNode): Place {
  return placeAt(node.file, node.at);
}

/** The identity of a key as a Python dictionary sees it (`1`, `1.0` and `True` are one key), or null: a text is itself. */
export function keyId(scalar: ScalarValue): string {
  switch (scalar.type) {
    case 'str':
      return scalar.value.startsWith('\0') ? `\0s${scalar.value}` : scalar.value;
    case 'int':
    case 'float':
      return `\0n${scalar.value}`;
    case 'bool':
      return scalar.value ? '\0n1' : '\0n0';
    case 'null':
      return '\0z';
    case 'date':
      return `\0d${scalar.value}`;
    case 'bytes':
      return `\0b${scalar.value}`;
  }
}

/** The value of the text key `name`, or undefined. */
export function fieldOf(map: YamlMap, name: string): YamlNode | undefined {
  return map.entries.get(name)?.value;
}

/** True for `null`, `~` and nothing at all. */
export function isNullNode(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.scalar.type === 'null';
}

/** The text of a text scalar, or null. */
export function textOf(node: YamlNode): string | null {
  return node.kind === 'scalar' && node.scalar.type === 'str' ? node.scalar.value : null;
}

/** Python's truth: empty texts, lists and mappings, zero and null are false. */
export function isTruthyNode(node: YamlNode): boolean {
  if (node.kind === 'scalar') return isTruthyScalar(node.scalar);
  return node.kind === 'seq' ? node.items.length > 0 : node.entries.size > 0;
}

/** Python's `str()` of a node, for messages; long ones are cut. */
export function pythonText(node: YamlNode): string {
  if (node.kind === 'scalar') {
    const text = shownText(node);
    return text.length > MESSAGE_TEXT_MAX ? `${text.slice(0, MESSAGE_TEXT_MAX)}…` : text;
  }
  const out = { text: '' };
  writeRepr(node, out);
  return out.text.length > MESSAGE_TEXT_MAX ? `${out.text.slice(0, MESSAGE_TEXT_MAX)}…` : out.text;
}

/** Appends Python's `repr()`; stops adding once the text is too long to be shown, which also bounds shared nodes. */
function writeRepr(node: YamlNode, out: { text: string }): void {
  if (out.text.length > MESSAGE_TEXT_MAX) return;
  if (node.kind === 'scalar') {
    const text = shownText(node).slice(0, MESSAGE_TEXT_MAX);
    out.text += node.scalar.type === 'str' ? quote(text) : text;
    return;
  }
  out.text += node.kind === 'seq' ? '[' : '{';
  let first = true;
  if (node.kind === 'seq') {
    for (const item of node.items) {
      if (out.text.length > MESSAGE_TEXT_MAX) return;
      out.text += first ? '' : ', ';
      first = false;
      writeRepr(item, out);
    }
  } else {
    for (const { key, value } of node.entries.values()) {
      if (out.text.length > MESSAGE_TEXT_MAX) return;
      out.text += first ? '' : ', ';
      first = false;
      writeRepr(key, out);
      out.text += ': ';
      writeRepr(value, out);
    }
  }
  out.text += node.kind === 'seq' ? ']' : '}';
}

function shownText(node: YamlScalar): string {
  return node.file.isBare ? `(the text of ${node.file.path})` : scalarText(node.scalar);
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  return mark + text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(mark, `\\${mark}`) + mark;
}
