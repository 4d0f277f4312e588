import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { drawWorld, MAP_HEIGHT, MAP_WIDTH } from '../../../src/console/world-map.ts';

const world = drawWorld(createRequire(import.meta.url)('world-atlas/countries-110m.json'));

describe('the map of the world', () => {
  it('draws every country but Antarctica, inside its box', () => {
    expect(world.countries).toHaveLength(176);
    expect(world.countries.some(({ code }) => code === 'AQ')).toBe(false);
    for (const { name, path } of world.countries) {
      expect(path, name).not.toBe('');
      const numbers = path.match(/-?\d+(\.\d+)?/g)!.map(Number);
      expect(Math.min(...numbers), name).toBeGreaterThanOrEqual(-1);
      expect(Math.max(...numbers), name).toBeLessThanOrEqual(Math.max(MAP_WIDTH, MAP_HEIGHT) + 1);
    }
  });

  it('puts places where they are', () => {
    const [dublin, tokyo, sydney] = [
      world.pointOf(-6.26, 53.35)!,
      world.pointOf(139.7, 35.7)!,
      world.pointOf(151.2, -33.9)!,
    ];
    expect(dublin[0]).toBeLessThan(tokyo[0]);
    expect(dublin[1]).toBeLessThan(tokyo[1]);
    expect(tokyo[1]).toBeLessThan(sydney[1]);
  });
});
