import { describe, expect, it } from 'vitest';
import { yamlRecords } from '../../../src/zone/yaml-pieces.ts';

const pieces = (text: string, chars = 0) => {
  const starts = yamlRecords(text, chars);
  return starts.map((start, i) => text.slice(start, starts[i + 1]));
};

describe('a YAML text is cut', () => {
  it('before keys at column 0, and nowhere else', () => {
    const text = '---\na:\n  b: 1\n- c\n# d\n\ne: 2\n\'*\': 3\n"f": 4\n_g: 5\n7: 6\n';
    expect(pieces(text)).toEqual([
      '---\na:\n  b: 1\n- c\n# d\n\n',
      'e: 2\n',
      "'*': 3\n",
      '"f": 4\n',
      '_g: 5\n',
      '7: 6\n',
    ]);
  });

  it('only if it is longer than that', () => {
    const text = 'a: 1\nb: 2\n';
    expect(pieces(text, text.length - 1)).toEqual(['a: 1\n', 'b: 2\n']);
    expect(pieces(text, text.length)).toEqual([text]);
  });

  it('after comments and the mark of the document', () => {
    expect(pieces('# Ours\n\n--- # zone\na: 1\r\nb: 2\r\n')).toEqual(['# Ours\n\n--- # zone\na: 1\r\n', 'b: 2\r\n']);
  });

  it.each(['a: 1\n---\nb: 2\n', 'a: 1\n...\nb: 2\n', '%YAML 1.1\n---\na: 1\nb: 2\n', '--- !x\na: 1\nb: 2\n'])(
    'not where it is more than one plain document: %j',
    (text) => expect(pieces(text)).toEqual([text]),
  );
});
