import { describe, expect, it } from 'vitest';
import { nameFromText } from '../../../src/wire/name.ts';
import { readMasterZone } from '../../../src/zone/master-reader.ts';

function read(text: string) {
  const origin = nameFromText('example.com.') as Uint8Array;
  return readMasterZone({ path: 'z', text: `$TTL 5\n${text}`, origin, fallbackSerial: 1, include: () => 'none' });
}

/** `line severity code record` of each fault of a zone that has its NS in line 2. */
const faults = (text: string) =>
  read(`@ NS .\n${text}`).faults.map((fault) => `${fault.line} ${fault.severity} ${fault.code} ${fault.record}`);

describe('checks across records', () => {
  it('refuse a CNAME beside anything else, however far apart and in whatever case', () => {
    expect(faults('a CNAME b\nb A 192.0.2.1\nA TXT x')).toEqual(['3 error cname-and-other a']);
    expect(faults('a CNAME b\na DNAME c')).toEqual(['3 error cname-and-other a']);
    expect(faults('a CNAME b\nx.a A 192.0.2.1')).toEqual([]);
    expect(faults('@ CNAME b')).toContain('3 error cname-and-other ');
  });

  it('refuse a CNAME at the apex even when nothing else stands there', () => {
    expect(read('@ CNAME b').faults.map((fault) => fault.code)).toContain('cname-at-apex');
  });

  it('refuse a second CNAME or DNAME unless it says the same', () => {
    expect(faults('a CNAME b\na CNAME c\nd DNAME e\nd DNAME f\ng CNAME h\ng CNAME h')).toEqual([
      '4 error cname-several a',
      '6 error dname-several d',
    ]);
  });

  it('warn of what a DNAME or a delegation hides, but not of glue', () => {
    expect(faults('d DNAME e\nx.d A 192.0.2.1\ny.x.d TXT x\nd TXT x')).toEqual([
      '4 warning below-dname x.d',
      '5 warning below-dname y.x.d',
    ]);
    expect(
      faults(`s NS n.s\nn.s A 192.0.2.1\nn.s AAAA ::1\nt.s TXT x\ns DS 1 8 2 ${'AA'.repeat(32)}\ns TXT x`),
    ).toEqual(['6 warning below-delegation t.s']);
  });

  it('give an RRset its lowest TTL and warn once', () => {
    const result = read('@ NS .\na 9 A 192.0.2.1\nb 9 A 192.0.2.1\na 3 A 192.0.2.2\na 7 A 192.0.2.3\na 8 TXT x');
    expect(result.faults.map((fault) => `${fault.line} ${fault.code} ${fault.record}`)).toEqual(['3 ttl-differs a']);
    expect([...result.model!.records.ttls.subarray(0, 6)]).toEqual([5, 3, 9, 3, 3, 8]);
  });

  it('warn of a zone without NS, but not of an empty one, which may stand beside a YAML file', () => {
    expect(read('a A 192.0.2.1').faults.map((fault) => fault.code)).toEqual(['ns-missing']);
    expect(read('').faults).toEqual([]);
  });
});
