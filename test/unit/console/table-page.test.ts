import { describe, expect, it } from 'vitest';
import { filterRows, PAGE_ROWS, pageOf } from '../../../src/console/table-page.ts';

const rows = Array.from({ length: 2 * PAGE_ROWS + 1 }, (_, i) => `Row ${i}`);

describe('a table in pages', () => {
  it('shows every row once over its pages', () => {
    const pages = [0, 1, 2].map((page) => pageOf(rows, page));
    expect(pages.flatMap((page) => page.rows)).toEqual(rows);
    expect(pages.map(({ first, last, pages: count }) => [first, last, count])).toEqual([
      [1, PAGE_ROWS, 3],
      [PAGE_ROWS + 1, 2 * PAGE_ROWS, 3],
      [2 * PAGE_ROWS + 1, 2 * PAGE_ROWS + 1, 3],
    ]);
  });

  it('goes to the last page there is when fewer rows are left', () => {
    expect(pageOf(rows.slice(0, 3), 2)).toMatchObject({ page: 0, pages: 1, first: 1, last: 3 });
    expect(pageOf([], 4)).toMatchObject({ page: 0, pages: 1, first: 0, last: 0, rows: [] });
  });

  it('finds rows that have every word, in either case', () => {
    const find = (filter: string) => filterRows(rows, filter, (row) => row);
    expect(find('ROW 77')).toEqual(['Row 77']);
    expect(find('  ')).toBe(rows);
    expect(find('row nothing')).toEqual([]);
  });
});
