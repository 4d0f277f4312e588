import { describe, expect, it } from 'vitest';
import { concernsZones, movesClients } from '../../../src/console/event-kinds.ts';

describe('kinds of events', () => {
  it('move clients where health, mode, shifts or files change', () => {
    for (const kind of ['verdict', 'mode', 'shift', 'reload']) expect(movesClients({ kind }), kind).toBe(true);
    for (const kind of ['worker-died', 'zone-fault']) expect(movesClients({ kind }), kind).toBe(false);
  });

  it('concern zones where they speak of zones', () => {
    expect(['zone-fault', 'reload', 'verdict'].map((kind) => concernsZones({ kind }))).toEqual([true, true, false]);
  });
});
