import { describe, expect, it } from 'vitest';
import { bareHost, hostField } from '../../../src/probe/target-host.ts';

describe('host of a check', () => {
  it('is bare of dots and brackets', () => {
    expect(bareHost('www.example.com.')).toBe('www.example.com');
    expect(bareHost('[2001:db8::1]')).toBe('2001:db8::1');
    expect(bareHost('192.0.2.1')).toBe('192.0.2.1');
  });

  it('stands in the Host field with a port that is not the default one', () => {
    expect(hostField('www.example.com.', 443, 443)).toBe('www.example.com');
    expect(hostField('www.example.com', 8443, 443)).toBe('www.example.com:8443');
    expect(hostField('2001:db8::1', 80, 80)).toBe('[2001:db8::1]');
    expect(hostField('2001:db8::1', 81, 80)).toBe('[2001:db8::1]:81');
  });
});
