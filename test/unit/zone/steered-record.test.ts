import { describe, expect, it } from 'vitest';
import { listEndpoints } from '../../../src/zone/steered-record.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { modelZone } from '../../tools/model-zone.ts';

describe('listEndpoints', () => {
  const pools = { one: { values: ['192.0.2.1 3', '192.0.2.2 1 up'] } };
  const record = (name: string) => ({ name, pools, rules: [{ pool: 'one' }] });
  const compiled = compileZone(modelZone('example.', [], [record('a'), record('b')]));

  it('names every endpoint with all that is said of it', () => {
    const listed = listEndpoints(compiled);
    expect(
      listed.map(({ zone, name, type, pool, region, value, weight, drawWeight, status }) => {
        return [zone, name, type, pool, region, value, weight, drawWeight, status];
      }),
    ).toEqual(
      ['a', 'b'].flatMap((name) => [
        ['example.', `${name}.example.`, 'A', 'one', null, '192.0.2.1', 3, 3, 'obey'],
        ['example.', `${name}.example.`, 'A', 'one', null, '192.0.2.2', 1, 1, 'up'],
      ]),
    );
    const [first] = listed;
    expect(first!.key).toBe('example.|a.example.|A|one|192.0.2.1');
    expect([first!.balance, first!.poolShare, first!.recovery.manualResume]).toEqual(['weighted', null, false]);
    expect(first!.check.id).toContain('192.0.2.1');
  });

  it('keeps one list for records that steer alike with the same checks, also on its way to another thread', () => {
    const [a, b] = structuredClone(compiled).steered;
    expect(a!.endpoints).toBe(b!.endpoints);
  });
});
