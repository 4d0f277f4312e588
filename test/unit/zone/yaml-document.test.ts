import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { YAML_FILE_BYTES_MAX, YAML_ZONE_CHARS_MAX } from '../../../src/base/limits.ts';
import { createFaultSink } from '../../../src/zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument } from '../../../src/zone/yaml-document.ts';
import { pythonText } from '../../../src/zone/yaml-node.ts';
import { ourYamlFiles } from '../../tools/our-yaml-files.ts';
import { yamlTree } from '../../tools/yaml-tree.ts';
import { readZoneText } from './yaml-zone.ts';

function read(text: string, files: Record<string, string> = {}): string {
  const sink = createFaultSink();
  const include = (target: string) =>
    files[target] === undefined ? `cannot read ${target}` : { path: target, text: files[target] };
  const node = readYamlDocument({ path: 'f', text }, include, sink, createYamlBudget());
  return node === null
    ? sink
        .faults()
        .map((fault) => `${fault.file}:${fault.line} ${fault.code}`)
        .join(' ')
    : pythonText(node);
}

describe('mappings', () => {
  it('keep the last of two equal keys', () => {
    expect(read('a: 1\na: 2\n')).toBe("{'a': 2}");
  });

  it('merge where the merge key stands: keys before it lose, keys after it win, the first of a list wins', () => {
    expect(read('x: &x {a: 1, b: 1}\ny: {a: 0, <<: *x, b: 2}\n')).toContain("'y': {'a': 1, 'b': 2}");
    expect(read('- &x {a: 1}\n- &y {a: 2, c: 3}\n- <<: [*x, *y]\n')).toContain("{'a': 1, 'c': 3}]");
    expect(read('a: {<<: ~}')).toBe('f:1 yaml-merge');
  });

  it('take "=" as a key and nothing but texts and other scalars', () => {
    expect(read('=: 1')).toBe("{'=': 1}");
    expect(read('[a]: 1')).toBe('f:1 yaml-key');
    expect(read('a: =')).toBe('f:1 yaml-value');
  });

  it('are read as YAML 1.1 even where they claim 1.2', () => {
    expect(read('%YAML 1.2\n---\na: on\n')).toBe("{'a': True}");
    expect(read('%YAML 2.0\n---\na: on\n')).toBe('f:1 yaml-syntax');
  });
});

describe('includes', () => {
  it('stand as a value, in a merge and as a list of files', () => {
    expect(read('a: !include v', { v: '[1]' })).toBe("{'a': [1]}");
    expect(read('a: 0\n<<: !include m', { m: 'a: 1' })).toBe("{'a': 1}");
    expect(read('!include [m, n]', { m: 'a: 1', n: 'a: 2' })).toBe("{'a': 2}");
    expect(read('!include [v, w]', { v: '[1]', w: '[2]' })).toBe('[1, 2]');
    expect(read('!include [v, m]', { v: '[1]', m: 'a: 1' })).toBe('f:1 yaml-include');
    expect(read('<<: !include e\na: 1', { e: '---\n' })).toBe("{'a': 1}");
  });

  it('may not be missing, go in circles or lend their anchors', () => {
    expect(read('a: !include nope')).toBe('f:1 yaml-include');
    expect(read('a: !include me', { me: 'b: !include me' })).toContain('yaml-include');
    expect(read('a: &a 1\nb: !include c', { c: '*a' })).toBe('c:1 yaml-anchor');
  });
});

describe('an included file that is no zone file', () => {
  const faultsOf = (text: string, files: Record<string, string>) => JSON.stringify(readZoneText(text, files).faults);

  it.each([
    ['www: !include key', 's3cret word'],
    ['!include key', 's3cret'],
    ['www: {type: A, value: !include key}', 's3cret'],
    ['www: {type: CNAME, value: !include key}', 's3cret..x'],
    ['www: {type: TXT, value: !include key}', 's3cret; word'],
    ['www: {type: !include key, value: x}', 's3cret'],
    ['www: {type: A, ttl: !include key, value: 192.0.2.1}', 's3cret'],
    ['www: {type: MX, value: {preference: 1, exchange: !include key}}', 's3cret..x'],
    ['www: {type: A, values: [!include key]}', 's3cret: [x'],
    ['www: {type: A, values: [!include key]}', 'a: s3cret\nb'],
    ['www: {type: A, values: [!include key]}', '%s3cret'],
  ])('is refused without a word of it: %s %j', (text, key) => {
    const told = faultsOf(text, { key });
    expect(told).toContain('error');
    expect(told).not.toContain('s3cret');
  });

  it('costs its characters each time it is included', () => {
    const comment = '#'.repeat(YAML_FILE_BYTES_MAX);
    const times = Math.floor(YAML_ZONE_CHARS_MAX / YAML_FILE_BYTES_MAX) + 4;
    let reads = 0;
    const sink = createFaultSink();
    const include = () => ({ path: 'big', text: reads++ < times ? comment : '' });
    const text = `a: [${Array(200).fill('!include big').join(', ')}]`;
    expect(readYamlDocument({ path: 'f', text }, include, sink, createYamlBudget())).toBeNull();
    expect(reads).toBeLessThan(times);
    expect(sink.faults()[0]?.message).toContain('YAML_ZONE_CHARS_MAX');
  }, 30_000);
});

describe('what is refused', () => {
  it.each([
    ["a: 'x", 'yaml-syntax'],
    ['a: 1\n---\nb: 2\n', 'yaml-syntax'],
    ['a:\tb', 'yaml-syntax'],
    ['a: "b\u0007"', 'yaml-character'],
    ['a: *b', 'yaml-anchor'],
    ['a: &x 1\nb: &x 2', 'yaml-anchor'],
    ['a: &x [*x]', 'yaml-anchor'],
    ['a: !foo b', 'yaml-tag'],
    [':\n  a: 1', 'yaml-syntax'],
    [`a: ${'['.repeat(150)}${']'.repeat(150)}`, 'yaml-too-deep'],
    [`a: ${'['.repeat(60_000)}`, 'yaml-'],
  ])('%j', (text, code) => {
    expect(read(text)).toContain(code);
  });
});

describe('a file that is read in pieces', () => {
  const include = (target: string) => (target === 'f' ? { path: 'g', text: 'a: 1\nb: 2\n' } : 'cannot read it');
  const WHOLE = Number.POSITIVE_INFINITY;

  it.each([
    'a: 1\nb: 2\na: 3\n',
    '---\na: &x {b: 1}\nc:\n  <<: *x\n<<: *x\nd: *x\n',
    'a: |+\n  x\n\n\nb: >-\n  y\n\nc: 1\n',
    'a: "x\nb: y"\nc: 1\n',
    'a: [1,\nb: 2]\nc: 1\n',
    "a: 'x\nb: y'\nc: 'z'\n",
    'foo\nbar: 1\n',
    'a: 1\nfoo\nb: 2\n',
    '- a\nb: 1\n',
    '  a: 1\nb: 2\n',
    '&r\na: 1\nb: *r\n',
    '!!map\na: 1\nb: 2\n',
    '!foo\na: 1\nb: 2\n',
    '&r\na: 1\nb: 2\n',
    '{a: 1}\nb: 2\n',
    '|\nfoo: 1\nb: 2\n',
    '? a\nb: 1\n? c\n: d\ne: f\n',
    'a: &x\nb: 1\nc: !!str\nd: *x\n',
    'a: &x 1\nb: &x 2\n',
    'a: *x\nb: &x 2\n',
    'a:\n- 1\n- 2\nb: 1\n',
    'a: !include f\nb: !include g\n<<: !include f\n',
    'a: 0x\nb: 08\nc: 2001-13-01\n',
    'a: {b: 1} # c\n\n# d\ne: [1, 2]\n# f\ng: {h: 1}\n',
    'a:\n  b: 1\n  # c\n\n# d\ne:\n  f: 1\n\n\n# g\n',
    '\ufeffa: 1\nb: 2\n',
    'a: b\tc\nd: 1\n',
    'a: 1\r\nb: 2\r\n',
    'a: 1\rb: 2\nc: 3\n',
    '"a\nb": 1\nc: 2\n',
    '[a,\nb: c]: 1\nd: 2\n',
  ])('is what it is whole: %j', (text) => {
    for (const chars of [1, 4, 8]) expect(yamlTree(text, include, chars)).toBe(yamlTree(text, include, WHOLE));
  });

  it('is what it is whole, for every file of ours', () => {
    const paths = ourYamlFiles();
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      for (const chars of [1, 100, 1_000]) expect(yamlTree(text, include, chars)).toBe(yamlTree(text, include, WHOLE));
    }
  });

  it('is what it is whole, whatever it is', () => {
    const line = fc.constantFrom(
      ...[
        'a: 1',
        'b: [x, y]',
        'c: {d: e}',
        "'*': z",
        '"q": |',
        '  text',
        '  - item',
        '- item',
        '  k: v',
        '    deep: 1',
      ],
      ...[
        '',
        '# note',
        'e: &x',
        'f: *x',
        '<<: *x',
        'g: "open',
        'close"',
        'h: [',
        ']',
        '? i',
        ': j',
        'plain',
        'k:',
        '\tl',
      ],
      ...['m: !include f', '---', 'n: >+', '  k: &x {a: 1}', "o: 'it''s", '{p: q}', '&y', '!!map'],
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n');
        expect(yamlTree(text, include, 1)).toBe(yamlTree(text, include, WHOLE));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('hostile text', () => {
  it('never throws', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x',
      '<<: ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '!include f',
      '!!int ',
      '? ',
      '|\n',
      '#',
      '\t',
      '%',
      '\u2028',
      '__proto__',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(typeof read(pieces.join(''), { f: 'a: 1' })).toBe('string');
      }),
      { numRuns: 300 },
    );
  });
});
