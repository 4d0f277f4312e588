import { describe, expect, it } from 'vitest';
import { ALIAS_TARGETS_MAX } from '../../../src/base/limits.ts';
import { listOutsideTargets } from '../../../src/server/alias-targets.ts';
import { type DynamicSketch, modelZone, serve } from '../../tools/model-zone.ts';

const PICK: DynamicSketch = {
  name: 'pick',
  type: 'CNAME',
  values: ['last.cdn.test.'],
  pools: { a: { values: ['a.cdn.test.', 'host.example.'] }, b: { values: ['b.cdn.test.'] } },
  rules: [{ geos: ['EU'], pool: 'a' }, { pool: 'b' }],
};
const LINES = [
  'host 60 A 192.0.2.1',
  'c 60 CNAME D.cdn.test.',
  'loop 60 CNAME loop',
  'nested 60 ALIAS n.cdn.test.',
  'sub 60 NS ns.sub',
];
/** What is found for aliases to `names` in a zone beside `example.` */
const list = (...names: string[]) => {
  const aliases = names.map((name, i) => `a${i} 60 ALIAS ${name}`);
  const { tables } = serve([modelZone('example.', LINES, [PICK]), modelZone('other.', aliases)]);
  const { names: found, isCut } = listOutsideTargets(tables);
  // The zone has an alias of its own.
  return { names: found.filter((name) => name !== 'n.cdn.test.'), isCut };
};

describe('listOutsideTargets', () => {
  it('finds what no zone holds, itself or at the end of aliases and CNAMEs, static or steered', () => {
    expect(list('WWW.elsewhere.test.').names).toEqual(['www.elsewhere.test.']);
    expect(list('c.example.', 'nested.example.').names).toEqual(['d.cdn.test.']);
    expect(list('pick.example.').names).toEqual(['a.cdn.test.', 'b.cdn.test.', 'last.cdn.test.']);
    expect(list('x.sub.example.').names).toEqual(['x.sub.example.']);
  });

  it('finds nothing for what a zone here answers, or loops', () => {
    expect(list('host.example.', 'none.example.', 'loop.example.')).toEqual({ names: [], isCut: false });
  });

  it('ends at its limit and says so', () => {
    const many = Array.from({ length: ALIAS_TARGETS_MAX + 5 }, (_, i) => `n${i}.test.`);
    // One of those that are kept is the own alias of the other zone.
    const { names, isCut } = list(...many);
    expect([names.length, isCut]).toEqual([ALIAS_TARGETS_MAX - 1, true]);
  });
});
