/** Long tables in pages: what a filter leaves, and the part of it that is shown. Hundreds of endpoints are drawn as some dozens. */

/** Rows of one page: what fits on two screens, and is drawn anew with every change. */
export const PAGE_ROWS = 50;

/** One page of rows. Pages count from 0. */
export type TablePage<T> = {
  readonly rows: readonly T[];
  readonly page: number;
  readonly pages: number;
  /** Rows that the filter left, and the numbers of the first and last shown, from 1; 0 where there is none. */
  readonly found: number;
  readonly first: number;
  readonly last: number;
};

/** Rows that hold every word of `filter` in what `textOf` gives; letters in either case. */
export function filterRows<T>(rows: readonly T[], filter: string, textOf: (row: T) => string): readonly T[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The page `wanted` of `rows`, or the last there is. */
export function pageOf<T>(rows: readonly T[], wanted: number): TablePage<T> {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  const shown = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
  const first = shown.length === 0 ? 0 : page * PAGE_ROWS + 1;
  return { rows: shown, page, pages, found: rows.length, first, last: first === 0 ? 0 : first + shown.length - 1 };
}
