import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { yamlErrorText } from '../../../src/zone/yaml-error.ts';

const told = (text: string) =>
  parseDocument(text, { prettyErrors: false }).errors.map((error) => yamlErrorText(error.message));

describe('what a fault of YAML says', () => {
  it('is what is wrong, without the text that the library quotes', () => {
    expect(told('a: 1\n b: 2\n}secret')).not.toEqual([]);
    for (const text of ['a: [1\n}secret', `a: "b" secret`, `${' '.repeat(4)}a: b\n:\nsecret secret`, 'a: 1\n}secret\n'])
      expect(told(text).join(), text).not.toContain('secret');
  });

  it('stays short, whatever the file names', () => {
    const message = yamlErrorText(`Unresolved alias ${'x'.repeat(5_000)}`);
    expect(message).toMatch(/^Unresolved alias x+…$/);
    expect(message.length).toBeLessThan(250);
  });
});
