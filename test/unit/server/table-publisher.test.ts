import { describe, expect, it } from 'vitest';
import { createHealthTable } from '../../../src/health/health-table.ts';
import type { TableDelta } from '../../../src/server/serving-state.ts';
import { TablePublisher } from '../../../src/server/table-publisher.ts';

describe('TablePublisher', () => {
  it('puts class tables into its own state before it tells anybody, and remembers them', async () => {
    const told: TableDelta[] = [];
    const tables = new TablePublisher(createHealthTable(4), (delta) => {
      for (const [group] of delta.classTables) expect(tables.serving.classTables[group]).toBeNull();
      told.push(delta);
    });
    await tables.putGroups([[3, null]]);
    expect(tables.classTables).toEqual([null, null, null, null]);
    expect(told.flatMap(({ classTables }) => classTables)).toEqual([[3, null]]);
  });

  it('hands out the location table only where class tables stand on it', () => {
    const tables = new TablePublisher(createHealthTable(4), () => {});
    tables.locations = new SharedArrayBuffer(8);
    expect(tables.mappedOver).toBeNull();
    tables.isMapped = true;
    expect(tables.mappedOver).toBe(tables.locations);
  });
});
