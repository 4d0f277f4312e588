/** Lines of comma-separated fields, as operators' own counts and measurements come: with their places, so that a fault can say where it is. */

/** A field without blanks and quotes around it; `column` is 1 for the first character of the line. */
export type CommaField = { readonly text: string; readonly column: number };

export type CommaRow = { readonly line: number; readonly fields: readonly CommaField[] };

/** The lines of `text` that are neither empty nor comments (`#`). No field holds a comma: places and numbers never do. */
export function* commaRows(text: string): Generator<CommaRow> {
  let line = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const content = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    line++;
    const trimmed = content.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) yield { line, fields: fieldsOf(content) };
  }
}

function fieldsOf(content: string): CommaField[] {
  let from = 0;
  return content.split(',').map((field) => {
    const column = from + field.length - field.trimStart().length + 1;
    from += field.length + 1;
    return { text: field.trim().replace(/^"(.*)"$/, '$1'), column };
  });
}
