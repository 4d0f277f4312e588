import { describe, expect, it } from 'vitest';
import { findRefused, isParsedMap, parseYaml } from '../../../src/zone/yaml-syntax.ts';

describe('YAML syntax', () => {
  it('gives the root and where it stands', () => {
    const { root, faults } = parseYaml('\na: 1\n');
    expect(faults).toEqual([]);
    expect(root?.range?.[0]).toBe(1);
    expect(root !== null && 'items' in root && isParsedMap(root)).toBe(true);
    expect(parseYaml('# nothing\n')).toEqual({ root: null, faults: [] });
  });

  it('tells faults at a character of the text, without words of it', () => {
    const text = 'a: 1\n}s3cret\n';
    const { faults } = parseYaml(text);
    expect(faults.length).toBeGreaterThan(0);
    for (const { message, at } of faults) {
      expect(message).not.toContain('s3cret');
      expect(at).toBeLessThanOrEqual(text.length);
    }
  });

  it('tells nesting that is too deep for the stack once', () => {
    for (const open of ['[', '- ']) {
      const { root, faults } = parseYaml(open.repeat(50_000));
      expect(root).toBeNull();
      expect(faults).toEqual([{ message: 'it is nested too deeply to be read', code: 'TOO_DEEP', at: 0 }]);
    }
  });

  it.each([
    ['a:\tb', 2],
    ['a: b\tc', 4],
    ['a: [b?c]', 5],
    ['%YAML 2.0\n---\na: 1', 0],
  ])('refuses what PyYAML refuses: %j', (text, at) => {
    expect(findRefused(text)?.at).toBe(at);
  });

  it.each(['a: "b\tc"', 'a: |\n  b\tc\n', 'a: 1 #\tb', 'a: b?c', 'a: ["b?c"]', '%YAML 1.2\n---\na: 1'])(
    'takes what PyYAML takes: %j',
    (text) => expect(findRefused(text)).toBeNull(),
  );
});
