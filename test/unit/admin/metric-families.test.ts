import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { countAll, counterIn, gaugeIn, seriesOf, setAll, tally } from '../../../src/admin/metric-families.ts';

it('replaces all series, and adds nothing up from scrape to scrape', async () => {
  const registry = new Registry();
  const counter = counterIn(registry)('a_total', 'a', ['k']);
  const gauge = gaugeIn(registry)('b', 'b', ['k']);
  for (const k of ['x', 'y']) {
    countAll(counter, seriesOf('k', { [k]: 2 }));
    setAll(gauge, seriesOf('k', { [k]: 3 }));
  }
  const lines = (await registry.metrics()).split('\n').filter((line) => /^[ab]/.test(line));
  expect(lines).toEqual(['a_total{k="y"} 2', 'b{k="y"} 3']);
});

it('tallies kinds, those that did not occur as zero', () => {
  expect(tally(['x', 'x', 'z'], ['x', 'y'], (item) => item, 'k')).toEqual([
    [{ k: 'x' }, 2],
    [{ k: 'y' }, 0],
    [{ k: 'z' }, 1],
  ]);
});
