import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { YAML_SHAPE_CHARS_MAX, YAML_SHAPES_MAX } from '../../../src/base/limits.ts';
import { createFaultSink } from '../../../src/zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument } from '../../../src/zone/yaml-document.ts';
import { readInPieces, yamlRecords } from '../../../src/zone/yaml-pieces.ts';
import type { YamlPiece } from '../../../src/zone/yaml-shape.ts';
import { withOtherWords } from '../../tools/other-words.ts';
import { ourYamlFiles } from '../../tools/our-yaml-files.ts';
import { yamlTree } from '../../tools/yaml-tree.ts';

/** Nodes that stand, in their file, where those of the record stand that leads to them. */
const INCLUDED: Record<string, string> = { f: `${' '.repeat(28)}[]`, e: `${' '.repeat(29)}w`, g: 'a: 1\nb: 2\n' };
const include = (target: string) => ({ path: `${target}.yaml`, text: INCLUDED[target] ?? '' });

/** Records that all have shapes of their own, ten more than are remembered. */
const MANY_SHAPES = Array.from({ length: YAML_SHAPES_MAX + 10 }, (_, i) => {
  return `n:${' '.repeat((i % 40) + 1)}x #${'#'.repeat(i / 40)}\n`;
});

/** Reads in pieces as small as can be what is to be the same whole. */
function expectSame(text: string): void {
  for (const chars of [1, 60]) {
    expect(yamlTree(text, include, chars)).toBe(yamlTree(text, include, Number.POSITIVE_INFINITY));
  }
}

describe('records of one shape are what the library makes of them', () => {
  it.each([
    'a: 1\nb: 1\nbb: 22\nccc: no\nb: "no"\nc: \'1\'\nd: "yes"\ne: 1:30\nf: 2:3\n',
    '---\na: {x: 1, y: [2, b]}\nbbb: {x: 1, yy: [333, 0x1F]} # note\nc: {z: ~, y: [, 4]}\n',
    'a:\n  b: 1\n  c:\n    - d\n    - e\n\n# note\naa:\n  bb: 1\n  c:\n    - dd\n    - 3\n\n# other\n',
    'a:\n  b: 1\n# note\naa:\n  bb: 1\n# other',
    'a: b c\nd: e-f g.\nh: i- .j\n',
    'a:\nb:\n? c\nd:\n',
    '"": 1\n"": 2\n\'\': 3\n"a": ""\n"b": ""\n',
    'a: "x"   # y\r\nb: "zz"   # w\r\n',
    'a: ü\nb: ü\nüx: 1\nbü: 1\ncü: 2\n',
  ])('%j', expectSame);

  it('of keys that are one in some records only', () => {
    expectSame('a: {x: 1, y: 2}\nb: {x: 1, x: 2}\nc: {1: 1, 1.0: 2}\n');
    expectSame('a: {x: 1, x: 2}\nb: {x: 1, y: 2}\n');
    expectSame('a: {<<: {x: 1}, x: 2}\nb: {<<: {x: 1}, y: 2}\n');
    expectSame('a: {=: 1}\nb: {=: 2}\n');
  });

  it('of what stands elsewhere', () => {
    expectSame('z: &w 1\ny: &v 2\na: *w\nb: *v\n');
    expectSame('z: &w {k: 1}\ny: &v {l: 1}\na: {<<: *w}\nb: {<<: *v}\n');
    expectSame('z: &w !include f\ny: &v 5\na: *w\nb: *v\n');
    expectSame('z: &w !include e\ny: &v 5\na: *w\nb: *v\n');
    expectSame('a: !include g\nb: !include h\n');
    expectSame('a: &x 1\nb: &y 2\nc: *y\n');
    expectSame('a: !!str 1\nb: !!int 2\n');
  });

  it('of texts that are not what is written', () => {
    expectSame('a: "x\\x41"\nb: "x\\x42"\nc: "x\\n"\nd: "x\\t"\n');
    expectSame("a: 'it''s'\nb: 'is''t'\nc: 'it'''\nd: 'is'''\n");
    expectSame('a: "b\n  c"\nd: "ee\n  f"\ng: h\n  i\nj: kk\n  l\n');
    expectSame('a: {"x"}\nb: {"y"}\nc: {? ""}\nd: [{"x"}, "x", "z": ]\n');
    expectSame('a: "b\\\n  "\nc: "d\\\n  "\ne: "f \n  "\ng: "h \n  "\ni: "\\\\"\nj: "k\\\\"\nl: "m\\\\"\n');
    expectSame('a: |2-\n  |2-\nb: |2-\n  |3-\n');
    expectSame('a: |\n  b\nc: |\n  dd\n');
  });

  it('where a word makes a fault', () => {
    expectSame('a: 1\nb: 0x_\n');
    expectSame('a: 2001-01-01\nb: 2001-13-01\n');
    expectSame(`a: 1\n${'b'.repeat(1_100)}: 1\n`);
    expectSame(`a: "b\nc: 1\nd: 2\ne: f"\n`);
    expectSame('a: {b: 1}\nc: [\nd: {e: 1}\n]\n');
  });

  it('when there are more shapes than are remembered', () => {
    expectSame([...MANY_SHAPES, ...MANY_SHAPES].map((record, i) => record.replace('n', `n${i}`)).join(''));
  });

  it('when the zone has more nodes than it may', () => {
    const text = 'a: {b: c}\nd: {e: f}\n';
    for (let nodes = 5; nodes < 14; nodes++) {
      const [inPieces, whole] = [1, Number.POSITIVE_INFINITY].map((chars) => {
        const sink = createFaultSink();
        readYamlDocument({ path: 'f', text }, include, sink, { ...createYamlBudget(), nodes }, chars);
        return sink.faults();
      });
      expect(inPieces).toEqual(whole);
    }
  });

  it('for every file of ours, said again with other words', () => {
    const paths = ourYamlFiles();
    expect(paths.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.infiniteStream(fc.nat()), (path, numbers) => {
        const nextBelow = (below: number) => numbers.next().value! % below;
        expectSame(withOtherWords(readFileSync(path, 'utf8'), nextBelow));
      }),
      { numRuns: 100 },
    );
  });

  it('whatever they are', () => {
    const part = fc.constantFrom(
      ...[
        'a',
        'b1',
        'x.y-z',
        '7',
        ' ',
        '  ',
        '\n  ',
        '\n    ',
        '\n  - ',
        ': ',
        ': ',
        ':',
        ', ',
        '[',
        ']',
        '{',
        '}',
        '"',
        '"',
      ],
      ...[
        "'",
        "'",
        "''",
        '\\',
        '#',
        ' # ',
        '|',
        '>-',
        '|2-',
        '? ',
        '- ',
        '-',
        '~',
        '<<: ',
        '=',
        '*x',
        '\t',
        '\r\n  ',
        '\\x41',
        '%',
        '@',
        '.',
      ],
    );
    const record = fc.array(part, { maxLength: 12 }).map((parts) => `k: ${parts.join('')}\n`);
    fc.assert(
      fc.property(record, fc.infiniteStream(fc.nat()), (text, numbers) => {
        expectSame(`x: &x 1\n${withOtherWords(text, (below) => numbers.next().value! % below)}`);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the library reads', () => {
  /** The stretches that were given to the library, each as the number of its records. */
  const parsed = (text: string, chars: number): number[] => {
    const calls: number[] = [];
    readInPieces(text, yamlRecords(text, 0), chars, (from, to): YamlPiece => {
      const lines = text.slice(from, to).split('\n').length - 1;
      calls.push(lines);
      const key = { kind: 'scalar', scalar: { type: 'str', value: 'n' }, written: 'n', at: from } as const;
      const file = { path: 'f', lineStarts: new Uint32Array(), isBare: false };
      const value = {
        ...key,
        written: 'x',
        scalar: { type: 'str', value: 'x' },
        file,
        at: text.indexOf('x', from),
      } as const;
      return { entries: new Map([['n', { key: { ...key, file }, value }]]), nodes: 2, at: from, end: to };
    });
    return calls;
  };

  it('one record of a shape', () => {
    expect(parsed('n: x\n'.repeat(1_000), 1)).toEqual([1]);
    expect(parsed('n: x\nn:  x\n'.repeat(1_000), 1)).toEqual([1, 1]);
  });

  it('records of shapes that are not remembered each time', () => {
    expect(parsed([...MANY_SHAPES, ...MANY_SHAPES].join(''), 1)).toHaveLength(MANY_SHAPES.length + 10);
  });

  it('records of no shape several at a time, and before what follows them', () => {
    const long = `n: x #${'-'.repeat(YAML_SHAPE_CHARS_MAX)}\n`;
    expect(parsed(long.repeat(10), 3 * long.length)).toEqual([3, 3, 3, 1]);
    expect(parsed(`${long.repeat(2)}n: x\n${long}n: x\n`, 1e6)).toEqual([2, 1, 1]);
  });
});
