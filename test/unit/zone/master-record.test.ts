import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerName, nameFromText, nameLength, nameToText } from '../../../src/wire/name.ts';
import { readMasterZone } from '../../../src/zone/master-reader.ts';

const ORIGIN = nameFromText('Example.com.') as Uint8Array;

const read = (text: string) =>
  readMasterZone({ path: 'z', text: `$TTL 5\n${text}`, origin: ORIGIN, fallbackSerial: 1, include: () => 'none' });

const codes = (text: string) => read(`@ NS .\n${text}`).faults.map((fault) => fault.code);

describe('owners', () => {
  it('are read by the fast way exactly as by the careful one', () => {
    const char = fc.constantFrom('a', 'Z', '0', '-', '_', '*', '.', '\\.', '\\065', '\\200', '@', 'x'.repeat(31), '+');
    fc.assert(
      fc.property(fc.array(char, { minLength: 1, maxLength: 12 }), (chars) => {
        const text = chars.join('');
        const careful = nameFromText(text, ORIGIN);
        const result = read(`@ NS .\n${text} A 192.0.2.1`);
        if (typeof careful === 'string') {
          expect(result.faults.map((fault) => fault.code)).toEqual(['name-invalid']);
        } else if (result.model === null) {
          expect(result.faults[0]?.code).toBe('out-of-zone');
        } else {
          const { bytes, owners } = result.model.records;
          expect(bytes.slice(owners[1]!, owners[1]! + nameLength(bytes, owners[1]!))).toEqual(lowerName(careful));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('stay the last one on lines that begin with a blank, with a warning when there is none', () => {
    const { model, faults } = read(' NS .\na A 192.0.2.1\n\tA 192.0.2.2\n$ORIGIN x\n A 192.0.2.3');
    const { bytes, owners } = model!.records;
    expect([...owners.subarray(0, 4)].map((at) => nameToText(bytes, at))).toEqual([
      'example.com.',
      'a.example.com.',
      'a.example.com.',
      'a.example.com.',
    ]);
    expect(faults.map((fault) => `${fault.line} ${fault.severity} ${fault.code}`)).toEqual(['2 warning owner-missing']);
  });
});

describe('addresses', () => {
  it('are refused as IPv4 unless they are four plain numbers', () => {
    for (const text of [
      '192.0.2',
      '192.0.2.1.1',
      '192.0.2.256',
      '192.0.2.01',
      '192.0.2.',
      '.192.0.2',
      '1..2.3',
      '192.0.2.1e',
      '0x1.0.0.1',
    ]) {
      expect(codes(`a A ${text}`), text).toEqual(['rdata-invalid']);
    }
    expect(codes('a A 0.0.0.0\nb A 255.255.255.255\nc A 10.0.0.100')).toEqual([]);
  });
});

describe('what stands before the data', () => {
  it('comes in any order and case, with units', () => {
    const { model } = read('a 1h in A 192.0.2.1\nb IN 1H30m a 192.0.2.1\nc class1 type1 192.0.2.1\nd 0 A 192.0.2.1');
    expect([...model!.records.ttls.subarray(0, 4)]).toEqual([3600, 5400, 5, 0]);
    expect([...model!.records.types.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
  });

  it('is refused when it is not of a zone', () => {
    expect(codes('a HS A 192.0.2.1')).toEqual(['class-unsupported']);
    expect(codes('a CLASS3 A 192.0.2.1')).toEqual(['class-unsupported']);
    expect(codes('a IN IN A 192.0.2.1')).toEqual(['type-unknown']);
    expect(codes('a 1 2 A 192.0.2.1')).toEqual(['type-unknown']);
    expect(codes('a ANY 192.0.2.1')).toEqual(['type-unknown']);
    expect(codes('a TYPE255 \\# 0')).toEqual(['type-unknown']);
    expect(codes('a TYPE65536 \\# 0')).toEqual(['type-unknown']);
    expect(codes('a 2147483648 A 192.0.2.1')).toEqual(['ttl-invalid']);
    expect(codes('a 1x A 192.0.2.1')).toEqual(['ttl-invalid']);
    expect(read('a ALIAS b').faults[0]?.message).toContain('YAML');
  });
});

describe('digests', () => {
  it('of another length than their algorithm has are refused, and of an unknown algorithm warned of', () => {
    const told = (text: string) =>
      read(`@ NS .\n${text}`).faults.map((fault) => `${fault.line}:${fault.column} ${fault.severity} ${fault.code}`);
    expect(told(`a DS 1 13 2 ${'ab'.repeat(32)}`)).toEqual([]);
    expect(told(`a DS 1 13 2 ${'ab'.repeat(31)}`)).toEqual(['3:13 error digest-length']);
    expect(told('a SSHFP 4 2 abcd')).toEqual(['3:13 error digest-length']);
    expect(told('a TLSA 3 1 1 abcd')).toEqual(['3:14 error digest-length']);
    expect(told('a DS 1 13 99 abcd')).toEqual(['3:14 warning digest-length']);
  });
});
