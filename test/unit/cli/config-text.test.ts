import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/cli/config-text.ts';

describe('the text of a configuration file', () => {
  it('holds the flags as keys', () => {
    const { settings, faults } = parseConfig(
      'zones: /etc/meridian/zones\nlisten:\n- 127.0.0.1:5300\n- "[::1]:5300"\nworkers: 2\nallow-root: yes\nadmin: off\n',
      'm.yaml',
    );
    expect(faults).toEqual([]);
    expect(settings).toEqual({
      zones: '/etc/meridian/zones',
      listen: [
        { address: '127.0.0.1', port: 5300 },
        { address: '::1', port: 5300 },
      ],
      workers: 2,
      'allow-root': true,
      admin: 'off',
    });
  });

  it('reports unknown keys with line and column, and what was meant', () => {
    const { faults } = parseConfig('zones: z\n  \ngeodata: g\nredis-url: x\nquux: 1\n', 'm.yaml');
    expect(faults.map((fault) => [fault.line, fault.column, fault.code])).toEqual([
      [3, 1, 'config-unknown-key'],
      [4, 1, 'config-unknown-key'],
      [5, 1, 'config-unknown-key'],
    ]);
    expect(faults[0]!.message).toContain('did you mean geo-data?');
    expect(faults[1]!.message).toContain('did you mean redis?');
    expect(faults[2]!.message).toContain('known keys');
  });

  it('takes an underscore for a hyphen, as octoDNS writes its keys, and each key once', () => {
    const { settings, faults } = parseConfig('escaped_semicolons: false\nstate_dir: /a\nlog-level: warn\n', 'm.yaml');
    expect(faults).toEqual([]);
    expect(settings).toEqual({ 'escaped-semicolons': false, 'state-dir': '/a', 'log-level': 'warn' });
    expect(parseConfig('state_dir: /a\nstate-dir: /b\n', 'm.yaml').faults).toMatchObject([
      { code: 'config-duplicate-key', line: 2, column: 1 },
    ]);
  });

  it('reports every bad value at once, at the value', () => {
    const { faults } = parseConfig('workers: many\nlisten: localhost:53\nlog-level: loud\n', 'm.yaml');
    expect(faults.map((fault) => [fault.line, fault.column])).toEqual([
      [1, 10],
      [2, 9],
      [3, 12],
    ]);
  });

  it('takes an empty file and an empty value for nothing said', () => {
    expect(parseConfig('', 'm.yaml')).toEqual({ settings: {}, faults: [] });
    expect(parseConfig('# nothing\n', 'm.yaml')).toEqual({ settings: {}, faults: [] });
    expect(parseConfig('redis:\n', 'm.yaml')).toEqual({ settings: {}, faults: [] });
  });

  it.each(['- a\n- b\n', 'text\n', 'a: [1\n', '__proto__: {workers: 1}\n', 'zones: a\nzones: b\n', '&a a: *a\n'])(
    'refuses %j without an exception',
    (text) => expect(parseConfig(text, 'm.yaml').faults.length).toBeGreaterThan(0),
  );
});
