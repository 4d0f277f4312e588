import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortZoneText } from '../../../src/cli/zone-sort.ts';

const sort = (text: string) => sortZoneText('a.yaml', text);

describe('sorting', () => {
  it('leaves the sample zone as it is, octet for octet', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../zones/gslb.example.com.yaml'), 'utf8');
    expect(sort(text)).toEqual({ text, faults: [] });
  });

  it('moves comments, quotes and columns with their keys, at every depth', () => {
    const before = `# yaml-language-server: x
# the file

# ten
www10:
  type: A   # kind
  # short
  ttl: 5
  dynamic:
    pools:
      us: {weight: 3, "value": 'x'}
      eu:     # europe
        values:
        # first
        - weight: 1 # w
          value: 1.1.1.1
        fallback: us
        # fallback: none

# two
www2:
- values: |
    b

    a
  type: TXT
# end
`;
    const after = `# yaml-language-server: x
# the file

# two
www2:
- type: TXT
  values: |
    b

    a

# ten
www10:
  dynamic:
    pools:
      eu:     # europe
        fallback: us
        values:
        # first
        - value: 1.1.1.1
          weight: 1 # w
        # fallback: none
      us: {"value": 'x', weight: 3}
  # short
  ttl: 5
  type: A   # kind
# end
`;
    expect(sort(before)).toEqual({ text: after, faults: [] });
    expect(sort(after).text).toBe(after);
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(sort(crlf(before)).text).toBe(crlf(after));
  });

  it('gives the last line an end when it moves', () => {
    expect(sort('b: 1\na: 2').text).toBe('a: 2\nb: 1');
  });

  it('keeps an alias behind its anchor and keys on their side of a merge, and says so', () => {
    const alias = sort('z: &x {type: A}\nm: 1\nb: *x\n');
    expect(alias.text).toBe('m: 1\nz: &x {type: A}\nb: *x\n');
    expect(alias.faults).toMatchObject([{ severity: 'warning', code: 'fmt-order', line: 3, column: 1 }]);
    const merge = sort('a: &x {q: 1}\nb:\n  z: 1\n  d: 2\n  <<: *x\n  c: 3\n  b: 4\n');
    expect(merge.text).toBe('a: &x {q: 1}\nb:\n  d: 2\n  z: 1\n  <<: *x\n  b: 4\n  c: 3\n');
    expect(merge.faults).toMatchObject([{ severity: 'warning', line: 7 }]);
  });

  it.each([
    ['what is no YAML', 'a: 1\nb: [1\n', 'yaml-syntax', 3],
    ['comments inside braces', 'a: {c: 1, # one\n  b: 2}\n', 'fmt-form', 1],
    ['keys behind a question mark', 'b: 1\n? a\n: 2\n', 'fmt-form', 2],
  ])('refuses %s, with the place', (_, text, code, line) => {
    expect(sort(text)).toMatchObject({ text: null, faults: [{ severity: 'error', code, line, file: 'a.yaml' }] });
  });

  it('is done after one run, whatever the file', () => {
    const name = fc.constantFrom('a', 'b', 'www2', 'www10', "'*'", "''", '7', 'yes');
    const { node } = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('x', '1', '[3, 1]', '{a: 2, b: 1}', '|\n      text', '"q"  # c'),
        fc.array(fc.tuple(name, fc.boolean(), tie('node')), { minLength: 1, maxLength: 4 }),
      ),
    }));
    const write = (value: unknown, indent: string): string => {
      if (typeof value === 'string') return ` ${value.replace('\n      ', `\n${indent}  `)}\n`;
      const pairs = value as [string, boolean, unknown][];
      return `\n${pairs.map(([key, hasNote, inner]) => `${hasNote ? `\n${indent}# about ${key}\n` : ''}${indent}${key}:${write(inner, `${indent}  `)}`).join('')}`;
    };
    fc.assert(
      fc.property(node, (value) => {
        const text = write(['string'].includes(typeof value) ? [['a', false, value]] : value, '').slice(1);
        const once = sort(text);
        expect(once.faults).toEqual([]);
        expect(sort(once.text!).text).toBe(once.text);
        expect(once.text!.split('\n').toSorted()).toEqual(text.split('\n').toSorted());
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
