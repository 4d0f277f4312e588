import { describe, expect, it } from 'vitest';
import { listEndpoints } from '../../../src/zone/steered-record.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { type DynamicSketch, modelZone } from '../../tools/model-zone.ts';

const pools = { one: { values: ['192.0.2.1 3'] }, two: { values: ['192.0.2.2'] } };

function groupsOf(sketch: DynamicSketch) {
  return compileZone(modelZone('example.', [], [sketch])).groups;
}

describe('steering groups', () => {
  it('name a class by the first rule with its pool, so that a reused pool is one class', () => {
    const rules = [{ geos: ['EU'], pool: 'one' }, { geos: ['AS'], pool: 'two' }, { pool: 'one' }];
    const [group] = groupsOf({ name: 'www', pools, rules });
    expect(group?.targets.map((target) => target.class)).toEqual([0, 1]);
    expect(group?.otherwise).toBe(0);
  });

  it('do not exist where every client gets the same pool', () => {
    expect(groupsOf({ name: 'www', pools, rules: [{ pool: 'one' }] })).toEqual([]);
    expect(groupsOf({ name: 'www', pools, rules: [{ geos: ['EU'], pool: 'one' }, { pool: 'one' }] })).toEqual([]);
  });

  it('end at the first rule without targets', () => {
    const rules = [{ subnets: ['10.0.0.0/8'], pool: 'one' }, { pool: 'two' }, { geos: ['EU'], pool: 'one' }];
    expect(groupsOf({ name: 'www', pools, rules })[0]?.targets).toHaveLength(1);
  });
});

describe('endpoints', () => {
  it('have keys that tell zone, name, type, pool and value, and a value named twice apart', () => {
    const twice = { one: { values: ['192.0.2.1', '192.0.2.1'] } };
    const model = modelZone('example.', [], [{ name: 'www', pools: twice, rules: [{ pool: 'one' }] }]);
    expect(listEndpoints(compileZone(model)).map((endpoint) => endpoint.key)).toEqual([
      'example.|www.example.|A|one|192.0.2.1',
      'example.|www.example.|A|one|192.0.2.1#1',
    ]);
  });
});
