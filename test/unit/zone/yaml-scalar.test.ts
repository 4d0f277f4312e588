import { describe, expect, it } from 'vitest';
import {
  isTruthyScalar,
  pythonFloatText,
  resolvePlainScalar,
  resolveTaggedScalar,
  scalarText,
  scalarToFloat,
  scalarToInt,
} from '../../../src/zone/yaml-scalar.ts';

const plain = (text: string): string => {
  const scalar = resolvePlainScalar(text);
  return typeof scalar === 'string' ? 'fault' : `${scalar.type} ${scalarText(scalar)}`;
};

describe('plain scalars', () => {
  it.each([
    ['no', 'bool False'],
    ['On', 'bool True'],
    ['y', 'str y'],
    ['010', 'int 8'],
    ['08', 'str 08'],
    ['0x1f', 'int 31'],
    ['-0b101', 'int -5'],
    ['1:30', 'int 90'],
    ['1:20:30', 'int 4830'],
    ['3_600', 'int 3600'],
    ['1.10', 'float 1.1'],
    ['192.0', 'float 192.0'],
    ['1e3', 'str 1e3'],
    ['1.0e+3', 'float 1000.0'],
    ['.inf', 'float inf'],
    ['-.5', 'str -.5'],
    ['~', 'null None'],
    ['', 'null None'],
    ['2001-01-01', 'date 2001-01-01'],
    ['2001-1-1', 'str 2001-1-1'],
    ['2001-12-14t21:59:43.10-05:00', 'date 2001-12-14 21:59:43.100000-05:00'],
    ['2001-02-30', 'fault'],
    ['=', 'fault'],
    ['0b_', 'fault'],
    ['192.0.2.1', 'str 192.0.2.1'],
    ['123456789012345678901234567890', 'int 123456789012345678901234567890'],
  ])('reads %j as PyYAML does', (text, meaning) => {
    expect(plain(text)).toBe(meaning);
  });

  it('builds what an explicit tag asks for, or says that it cannot', () => {
    expect(resolveTaggedScalar('tag:yaml.org,2002:str', '42')).toEqual({ type: 'str', value: '42' });
    expect(resolveTaggedScalar('tag:yaml.org,2002:int', '0x10')).toEqual({ type: 'int', value: 16 });
    expect(resolveTaggedScalar('tag:yaml.org,2002:bool', 'maybe')).toContain('not a boolean');
    expect(resolveTaggedScalar('!foo', 'x')).toContain('!foo');
  });
});

describe('Python conversions', () => {
  const int = (text: string) => scalarToInt(resolvePlainScalar(text) as never);

  it('makes whole numbers as int() does', () => {
    expect([int('300.9'), int('yes'), int('~'), int('.inf'), int('.nan'), int('5m')]).toEqual([
      300,
      1,
      'type',
      'overflow',
      'value',
      'value',
    ]);
    expect(scalarToInt({ type: 'str', value: ' 1_000 ' })).toBe(1000);
  });

  it('makes floats as float() does', () => {
    expect(scalarToFloat({ type: 'str', value: '1e3' })).toBe(1000);
    expect(scalarToFloat({ type: 'str', value: 'foo' })).toBe('value');
    expect(scalarToFloat({ type: 'null' })).toBe('type');
  });

  it('prints floats as repr() does', () => {
    expect([1e16, 1e-5, 1.5, 20, -0, 1e22].map(pythonFloatText)).toEqual([
      '1e+16',
      '1e-05',
      '1.5',
      '20.0',
      '-0.0',
      '1e+22',
    ]);
  });

  it('knows what is false', () => {
    const falsy = [
      { type: 'null' },
      { type: 'int', value: 0 },
      { type: 'str', value: '' },
      { type: 'bool', value: false },
    ] as const;
    expect(falsy.map(isTruthyScalar)).toEqual([false, false, false, false]);
    expect(isTruthyScalar({ type: 'str', value: '0' })).toBe(true);
  });
});
