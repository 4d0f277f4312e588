/**
 * A large YAML file, record by record. It can be cut before lines that begin with a key at column 0: each piece of a mapping is a mapping,
 * and the mapping is its pieces' entries in order, if no piece has a fault: a cut inside quotes or brackets leaves both sides open, one
 * inside a plain text leaves a piece that is no mapping. At the first piece that is not one this gives up, and the file is read whole.
 *
 * A record of a shape that is known (`yaml-shape.ts`) is read like the first of that shape; others are pieces, several at a time.
 */

import { YAML_SHAPES_MAX } from '../base/limits.ts';
import { keyId, type YamlEntry } from './yaml-node.ts';
import { type ReadAlike, readAlike, shapeOf, type YamlPiece } from './yaml-shape.ts';

/** The start of the one document that a zone file has: comments, and the mark behind them. */
const HEAD = /^(?:[ \t]*(?:#.*)?\r?\n)*(?:---[ \t]*(?:#.*)?\r?\n)?/;
/** A directive, or another document's start or end. */
const OTHER_DOCUMENT = /^(?:---|\.\.\.|%)/m;

/**
 * Offsets in `text` at which its records begin, the first of them 0, with whatever stands before the first key. Only one where the text
 * cannot be cut, or is not longer than `chars`.
 */
export function yamlRecords(text: string, chars: number): number[] {
  const starts = [0];
  if (text.length <= chars) return starts;
  const head = HEAD.exec(text)![0].length;
  if (OTHER_DOCUMENT.test(text.slice(head))) return starts;
  const key = /\n(?=[A-Za-z0-9_'"])/g;
  key.lastIndex = head;
  for (let next = key.exec(text); next !== null; next = key.exec(text)) starts.push(next.index + 1);
  return starts;
}

/**
 * The mapping of which each of `starts` begins a record, or null where `readPiece` finds none or a fault. It reads pieces of `chars`
 * characters or a little more.
 */
export function readInPieces(
  text: string,
  starts: readonly number[],
  chars: number,
  readPiece: (from: number, to: number) => YamlPiece | null,
): YamlPiece | null {
  const all = { entries: new Map<string, YamlEntry>(), nodes: 0, at: -1, end: 0 };
  const shapes = new Map<string, ReadAlike | null>();
  let from = 0;
  const readTo = (to: number): YamlPiece | null => {
    const piece = readPiece(from, to);
    if (piece === null) return null;
    for (const [id, entry] of piece.entries) all.entries.set(id, entry);
    if (all.at < 0) all.at = piece.at;
    all.nodes += piece.nodes;
    all.end = piece.end;
    from = to;
    return piece;
  };
  for (const [i, start] of starts.entries()) {
    const next = starts[i + 1] ?? text.length;
    const shape = shapeOf(text.slice(start, next));
    const read = shape === null ? null : shapes.get(shape);
    const isNew = read === undefined && shapes.size < YAML_SHAPES_MAX;
    if ((isNew || read) && from < start && readTo(start) === null) return null;
    const record = read?.(start);
    if (record != null) {
      const { entry, nodes, end } = record;
      all.entries.set(keyId(entry.key.scalar), entry);
      all.nodes += nodes;
      all.end = end;
      from = next;
    } else if (isNew || next - from >= chars || next === text.length) {
      const piece = readTo(next);
      if (piece === null) return null;
      if (isNew) shapes.set(shape!, readAlike(shape!, text, start, piece));
    }
  }
  return all;
}
