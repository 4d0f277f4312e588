/**
 * Where a large YAML file can be cut: before lines that begin with a key at column 0. Each piece of a mapping is a mapping, and the
 * mapping is its pieces' entries in order, if no piece has a fault: a cut inside quotes or brackets leaves both sides open, one inside a
 * plain text leaves a piece that is no mapping. Whoever reads pieces gives up at the first that is not one, and reads the whole.
 */

/** The start of the one document that a zone file has: comments, and the mark behind them. */
const HEAD = /^(?:[ \t]*(?:#.*)?\r?\n)*(?:---[ \t]*(?:#.*)?\r?\n)?/;
/** A directive, or another document's start or end. */
const OTHER_DOCUMENT = /^(?:---|\.\.\.|%)/m;

/**
 * Offsets in `text` at which its pieces begin, the first of them 0; pieces have `chars` characters or a little more. Only one where the
 * text cannot be cut, or is not that long.
 */
export function yamlPieces(text: string, chars: number): number[] {
  const starts = [0];
  if (text.length <= chars) return starts;
  const head = HEAD.exec(text)![0].length;
  if (OTHER_DOCUMENT.test(text.slice(head))) return starts;
  const key = /\n(?=[A-Za-z0-9_'"])/g;
  // The head stays with the first key.
  for (let from = head + chars; from < text.length; ) {
    key.lastIndex = from;
    const next = key.exec(text);
    if (next === null) break;
    starts.push(next.index + 1);
    from = next.index + 1 + chars;
  }
  return starts;
}
