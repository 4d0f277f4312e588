/** Plain tables for terminals and pipes: columns and spaces, no boxes. */

import Table from 'cli-table3';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

const ESCAPE = '\u001b';

/** `rows` below `head`, or the word `none`. Cells may hold terminal colours; what else could move the cursor is removed. */
export function renderTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  if (rows.length === 0) return 'none';
  const table = new Table({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) table.push(row.map(printable));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Text that came from Redis or a file, without control characters except our own colours. */
export function printable(text: string): string {
  return text.replaceAll(/(\p{Cc}\[\d{1,2}m)|\p{Cc}/gu, (_match, color: string | undefined) =>
    color?.startsWith(ESCAPE) ? color : '\ufffd',
  );
}
