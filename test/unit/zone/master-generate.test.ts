import { describe, expect, it } from 'vitest';
import { GENERATE_RECORDS_MAX } from '../../../src/base/limits.ts';
import { nameFromText, nameToText } from '../../../src/wire/name.ts';
import { rdataToText } from '../../../src/wire/rdata.ts';
import { readMasterZone } from '../../../src/zone/master-reader.ts';

function read(text: string) {
  const origin = nameFromText('e.') as Uint8Array;
  const include = () => 'none';
  const result = readMasterZone({ path: 'z', text: `$TTL 5\n@ NS .\n${text}`, origin, fallbackSerial: 1, include });
  const { records } = result.model ?? { records: null };
  const lines = Array.from({ length: records?.count ?? 0 }, (_, row) => {
    const rdata = rdataToText(records!.types[row]!, records!.bytes, records!.rdatas[row]!, records!.rdataLengths[row]!);
    return `${nameToText(records!.bytes, records!.owners[row]!)} ${rdata}`;
  });
  return { lines: lines.slice(1), faults: result.faults.map((fault) => `${fault.line}:${fault.column} ${fault.code}`) };
}

describe('$GENERATE', () => {
  it('counts from first to last in steps', () => {
    expect(read('$GENERATE 1-3 h$ A 192.0.2.$').lines).toEqual([
      'h1.e. 192.0.2.1',
      'h2.e. 192.0.2.2',
      'h3.e. 192.0.2.3',
    ]);
    expect(read('$GENERATE 0-5/2 $ 60 IN PTR h$.').lines).toEqual(['0.e. h0.', '2.e. h2.', '4.e. h4.']);
    expect(read('$GENERATE 7-7 h$ MX 10 m$').lines).toEqual(['h7.e. 10 m7.e.']);
  });

  it('fills in offsets, widths and bases as BIND does', () => {
    const form = (template: string) => read(`$GENERATE 26-26 h CNAME ${template}.`).lines;
    expect(form('$\x7b-20}')).toEqual(['h.e. 6.']);
    expect(form('$\x7b1,4}')).toEqual(['h.e. 0027.']);
    expect(form('$\x7b0,3,x}$\x7b0,0,X}$\x7b0,0,o}')).toEqual(['h.e. 01a1A32.']);
    expect(form('$\x7b0,7,n}')).toEqual(['h.e. a.1.0.0.']);
    expect(form('$\x7b0,2,n}x$\x7b0,8,N}x')).toEqual(['h.e. a.1xA.1.0.0.x.']);
    expect(form('m$\x7b-28}x$\x7b-28,4}x$\x7b-28,0,x}')).toEqual(['h.e. m-2x-002xfffffffe.']);
    expect(form('$$\\$$')).toEqual(['h.e. $$26.']);
  });

  it('reads RDATA that is one quoted word as a text of RDATA', () => {
    expect(read('$GENERATE 1-1 a$ MX "10 m$"').lines).toEqual(['a1.e. 10 m1.e.']);
    expect(read('$GENERATE 1-1 a$ TXT "10 m$"').lines).toEqual(['a1.e. "10" "m1"']);
    expect(read('$GENERATE 1-1 a$ TXT "\\"10 m$\\" n"').lines).toEqual(['a1.e. "10 m1" "n"']);
    expect(read('$GENERATE 1-1 a$ TXT "10 m$" "n o"').lines).toEqual(['a1.e. "10 m1" "n o"']);
    for (const text of ['"\\"open $"', '"( $"'])
      expect(read(`$GENERATE 1-1 a$ TXT ${text}`).faults, text).toEqual(['3:22 generate-invalid']);
  });

  it('says once what is wrong', () => {
    expect(read('$GENERATE 1-300 a$ A 192.0.2.$').faults).toEqual(['3:22 rdata-invalid']);
    expect(read('$GENERATE 1-9 a..$ A 192.0.2.$').faults).toEqual(['3:15 name-invalid']);
    for (const form of [
      '',
      '1',
      '1-2',
      '2-1 a A 1.2.3.4',
      '1-2/0 a A 1.2.3.4',
      '1-9999999999 a A 1.2.3.4',
      `0-${GENERATE_RECORDS_MAX} a A 1.2.3.4`,
      '1-2 a$\x7b A 1.2.3.4',
      '1-2 a A $\x7b0,65}',
      '1-2 a$\x7b-5,0,n} A 1.2.3.4',
      `1-2 ${'a'.repeat(2000)} A 1.2.3.4`,
    ]) {
      expect(
        read(`$GENERATE ${form}`).faults.map((fault) => fault.split(' ')[1]),
        form,
      ).toEqual(['generate-invalid']);
    }
  });

  it('stops at a million records in all', () => {
    const line = `$GENERATE 1-${GENERATE_RECORDS_MAX} @ NS x\n`;
    expect(read('$GENERATE 1-2 @ NS x\n'.repeat(3)).faults).toEqual([]);
    expect(read(line.repeat(16)).faults).toEqual(['18:11 generate-invalid']);
  });
});
