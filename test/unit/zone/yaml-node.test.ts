import { describe, expect, it } from 'vitest';
import { createFaultSink } from '../../../src/zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument } from '../../../src/zone/yaml-document.ts';
import {
  createYamlFile,
  fieldOf,
  isTruthyNode,
  keyId,
  placeAt,
  placeOfNode,
  pythonText,
  type YamlMap,
  type YamlNode,
} from '../../../src/zone/yaml-node.ts';

const parse = (text: string): YamlNode =>
  readYamlDocument({ path: 'f', text }, () => 'no includes here', createFaultSink(), createYamlBudget())!;

describe('nodes', () => {
  it('know their line and column, whatever ends the lines', () => {
    const file = createYamlFile('f', 'a\nbc\r\nd\re');
    expect([0, 2, 3, 6, 8].map((at) => placeAt(file, at)).map(({ line, column }) => `${line}:${column}`)).toEqual([
      '1:1',
      '2:1',
      '2:2',
      '3:1',
      '4:1',
    ]);
    expect(placeOfNode(fieldOf(parse('a: 1\nb:\n  c') as YamlMap, 'b')!)).toEqual({ file: 'f', line: 3, column: 3 });
  });

  it('tell keys apart as a Python dictionary does', () => {
    expect(keyId({ type: 'int', value: 1 })).toBe(keyId({ type: 'bool', value: true }));
    expect(keyId({ type: 'int', value: 1 })).not.toBe(keyId({ type: 'str', value: '1' }));
    expect(keyId({ type: 'str', value: '__proto__' })).toBe('__proto__');
  });

  it('print as Python prints them, and not for ever', () => {
    expect(pythonText(parse("{a: [1, yes, ~, 'x'], 1.50: it's}"))).toBe(`{'a': [1, True, None, 'x'], 1.5: "it's"}`);
    const laughs = [
      'a0: &a0 [x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
    ];
    expect(pythonText(fieldOf(parse(laughs.join('\n')) as YamlMap, 'a30')!).length).toBeLessThan(600);
  });

  it('are false when they are empty', () => {
    expect(['{}', '[]', "''", '0', '~', '[0]', '{a: }'].map((text) => isTruthyNode(parse(text)))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});
