import { describe, expect, it } from 'vitest';
import { nameToText } from '../../../src/wire/name.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { ZoneTree } from '../../../src/zone/zone-tree.ts';
import { modelZone, wireName } from '../../tools/model-zone.ts';

function treeOf(lines: readonly string[]): {
  tree: ZoneTree;
  nodeOf: (text: string) => number;
  textOf: (node: number) => string;
} {
  const tree = new ZoneTree(modelZone('example.', lines));
  const nodeOf = (text: string) => {
    const name = new ScannedName();
    const wire = wireName(text);
    name.scan(wire, 0, wire.length);
    return tree.find(name, 0);
  };
  const textOf = (node: number) => (node < 0 ? 'none' : nameToText(tree.names, tree.nameAt[node]));
  return { tree, nodeOf, textOf };
}

describe('ZoneTree', () => {
  it('has the apex first, every owner, and the empty non-terminals between (RFC 4592 2.2.2)', () => {
    const { tree, nodeOf, textOf } = treeOf(['a.b.c 60 A 192.0.2.1', 'c 60 A 192.0.2.2', 'x.b.c 60 A 192.0.2.3']);
    expect(textOf(0)).toBe('example.');
    expect(tree.count).toBe(5);
    expect(textOf(tree.parent[nodeOf('a.b.c.example.')]!)).toBe('b.c.example.');
    expect(textOf(tree.parent[nodeOf('b.c.example.')]!)).toBe('c.example.');
    expect(tree.firstRow[nodeOf('b.c.example.')]).toBe(-1);
    expect(nodeOf('d.example.')).toBe(-1);
    expect(tree.depthMax).toBe(4);
  });

  it('keeps the rows of a name in order, however they are mixed with others', () => {
    const { tree, nodeOf } = treeOf([
      'a 60 A 192.0.2.1',
      'b 60 A 192.0.2.2',
      'a 60 TXT x',
      'b 60 A 192.0.2.3',
      'a 60 A 192.0.2.4',
    ]);
    const rows = (node: number) => {
      const list: number[] = [];
      for (let row = tree.firstRow[node]!; row >= 0; row = tree.nextRow[row]!) list.push(row);
      return list;
    };
    expect(rows(nodeOf('a.example.'))).toEqual([0, 2, 4]);
    expect(rows(nodeOf('b.example.'))).toEqual([1, 3]);
  });

  it('knows the topmost delegation or DNAME for each name, whatever the order of the records', () => {
    const { tree, nodeOf, textOf } = treeOf([
      'x.y.sub 60 A 192.0.2.1',
      'y.sub 60 NS ns.y.sub',
      'sub 60 NS ns.sub',
      'a.dn 60 A 192.0.2.1',
      'dn 60 DNAME example.net.',
      'ns.a.dn 60 NS x',
      '@ 60 NS ns1',
    ]);
    const stop = (text: string) => textOf(tree.stop[nodeOf(text)]!);
    expect(stop('example.')).toBe('none');
    expect(stop('sub.example.')).toBe('sub.example.');
    expect(stop('y.sub.example.')).toBe('sub.example.');
    expect(stop('x.y.sub.example.')).toBe('sub.example.');
    expect(stop('dn.example.')).toBe('none');
    expect(stop('a.dn.example.')).toBe('dn.example.');
    expect(stop('ns.a.dn.example.')).toBe('dn.example.');
  });

  it('hangs a wildcard on its parent', () => {
    const { tree, nodeOf, textOf } = treeOf(['*.w 60 A 192.0.2.1', 'a*.w 60 A 192.0.2.2']);
    expect(textOf(tree.wildcard[nodeOf('w.example.')]!)).toBe('*.w.example.');
    expect(tree.wildcard[0]).toBe(-1);
  });

  it('grows with many names', () => {
    const { tree, nodeOf } = treeOf(Array.from({ length: 3000 }, (_, i) => `h${i}.x${i % 7}.y 60 A 192.0.2.1`));
    expect(tree.count).toBe(3000 + 7 + 2);
    expect(nodeOf('h2999.x3.y.example.')).toBeGreaterThan(0);
  });
});
