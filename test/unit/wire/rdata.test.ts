import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RRType, typeCode, typeName } from '../../../src/wire/codes.ts';
import { nameFromText } from '../../../src/wire/name.ts';
import { checkRdata, compressibleNameAt, rdataFromText, rdataToText, targetNameAt } from '../../../src/wire/rdata.ts';
import { isRdataFault, type RdataToken } from '../../../src/wire/rdata-token.ts';

const ORIGIN = nameFromText('example.com.') as Uint8Array;

/** Words as a master file cuts them: quotes group, and a quote after `=` stays in its word. */
function wordsOf(text: string): RdataToken[] {
  const words = text.match(/"(?:\\[\s\S]|[^"\\])*"|(?:\\[\s\S]|="(?:\\[\s\S]|[^"\\])*"|[^\s"\\])+/g) ?? [];
  return words.map((word) =>
    word.startsWith('"') ? { text: word.slice(1, -1), quoted: true } : { text: word, quoted: false },
  );
}

const parse = (type: string, text: string) => rdataFromText(typeCode(type), wordsOf(text), ORIGIN);

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

function wire(type: string, text: string): string {
  const result = parse(type, text);
  return isRdataFault(result) ? `fault ${result.token}: ${result.message}` : hex(result);
}

function fault(type: string, text: string): string {
  const result = parse(type, text);
  return isRdataFault(result) ? `${result.token}: ${result.message}` : `accepted as ${hex(result)}`;
}

/** Type, text as written, text as printed. */
const FORMS: ReadonlyArray<readonly [string, string, string?]> = [
  ['A', '192.0.2.1'],
  ['AAAA', '2001:DB8:0::1', '2001:db8::1'],
  ['NS', 'ns1', 'ns1.example.com.'],
  ['CNAME', 'WWW.Example.ORG.'],
  ['CNAME', '@', 'example.com.'],
  ['PTR', 'a\\.b.example.net.'],
  ['DNAME', '.'],
  ['SOA', 'ns1 host\\.master 1 1h 15m 1w 60', 'ns1.example.com. host\\.master.example.com. 1 3600 900 604800 60'],
  ['HINFO', 'PC "Plan 9"', '"PC" "Plan 9"'],
  ['MX', '10 mail', '10 mail.example.com.'],
  ['TXT', 'v=spf1 "two words" "\\"q\\" \\\\ ; \\007"', '"v=spf1" "two words" "\\"q\\" \\\\ ; \\007"'],
  ['TXT', '""'],
  ['TXT', '"grün"', '"gr\\195\\188n"'],
  ['SPF', '"v=spf1 -all"'],
  ['SRV', '0 5 5060 sip', '0 5 5060 sip.example.com.'],
  ['NAPTR', '100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.'],
  [
    'DS',
    '60485 RSASHA1 1 2BB183AF5F22588179A53B0A 98631FAD1A292118',
    '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
  ],
  ['CDS', '0 0 0 00'],
  ['SSHFP', '2 1 123456789abcdef67890123456789abcdef67890', '2 1 123456789ABCDEF67890123456789ABCDEF67890'],
  ['TLSA', 'DANE-EE SPKI SHA2-256 0102', '3 1 1 0102'],
  ['SMIMEA', '3 0 0 AB'],
  ['OPENPGPKEY', 'AQ ID', 'AQID'],
  ['MD', 'old', 'old.example.com.'],
  ['MINFO', 'a b.', 'a.example.com. b.'],
  ['X25', '311061700956', '"311061700956"'],
  ['ISDN', '150862028003217 004', '"150862028003217" "004"'],
  ['ISDN', '150862028003217', '"150862028003217"'],
  ['RT', '10 NET.Prime.COM.'],
  ['NSAP', '0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00', '0x47000580005A0000000001E133FFFFFF00016100'],
  ['KEY', '256 3 5 AQIDBA=='],
  ['PX', '10 ab.net2.it. O-ab.PRMD-net2.ADMDb.C-it.'],
  ['GPOS', '-32.6882 116.8652 10.0', '"-32.6882" "116.8652" "10.0"'],
  ['NINFO', 'x y', '"x" "y"'],
  ['RKEY', '0 1 8 AQIDBA=='],
  ['TALINK', 'a b.', 'a.example.com. b.'],
  ['DSYNC', 'CDS NOTIFY 5359 cds-scanner.example.net.', 'CDS 1 5359 cds-scanner.example.net.'],
  ['DSYNC', 'TYPE65280 1 53 .'],
  ['NID', '10 0014:4fff:ff20:ee64'],
  ['L32', '10 10.1.2.0'],
  ['L64', '10 2001:db8:1140:1000', '10 2001:0db8:1140:1000'],
  ['LP', '10 l64-subnet', '10 l64-subnet.example.com.'],
  ['AVC', 'app-name:x', '"app-name:x"'],
  ['RESINFO', 'qnamemin exterr=15,16', '"qnamemin" "exterr=15,16"'],
  ['WALLET', 'ETH 0x00', '"ETH" "0x00"'],
  ['TA', '1 8 2 AB'],
  ['DLV', '1 8 2 AB'],
  ['DNSKEY', '257 3 13 AQIDBA=='],
  ['CDNSKEY', '0 3 0 AA=='],
  ['URI', '10 1 "ftp://ftp1.example.com/public"'],
  ['CAA', '128 issue "ca.example.net; account=1"'],
  ['CAA', '0 issue ";"'],
  ['RP', 'a.b. .'],
  ['AFSDB', '1 afs.example.net.'],
  ['KX', '1 kx.example.net.'],
  ['CERT', 'PKIX 1 RSASHA256 AQID', '1 1 8 AQID'],
  ['DHCID', 'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA='],
  ['EUI48', '00-00-5e-00-53-2a'],
  ['EUI64', '00-00-5e-ef-10-00-00-2a'],
  ['LOC', '42 21 54 N 71 06 18 W -24m 30m', '42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m'],
  ['SVCB', '0 pool.svc.example.', '0 pool.svc.example.'],
  ['HTTPS', '1 .', '1 .'],
  ['HTTPS', '1 . alpn=h3,h2 ipv4hint=192.0.2.1 port=8443', '1 . alpn="h3,h2" port=8443 ipv4hint=192.0.2.1'],
  ['TYPE65280', '\\# 4 0102 0304', '\\# 4 01020304'],
  ['TYPE65280', '\\# 0'],
  ['A', '\\# 4 C0000201', '192.0.2.1'],
];

describe('rdata text forms', () => {
  it.each([...FORMS])('reads %s %s and prints it in one canonical way', (...form) => {
    const [type, text, printed = text] = form as [string, string, string?];
    const rdata = parse(type, text);
    if (isRdataFault(rdata)) throw new Error(rdata.message);
    expect(checkRdata(typeCode(type), rdata)).toBeNull();
    const out = rdataToText(typeCode(type), rdata);
    expect(out).toBe(printed);
    expect(wire(type, out)).toBe(hex(rdata));
  });

  it('writes the octets that the RFCs show', () => {
    expect(wire('A', '192.0.2.1')).toBe('c0000201');
    expect(wire('MX', '10 .')).toBe('000a00');
    expect(wire('CAA', '0 issue "a"')).toBe('0005697373756561');
    expect(wire('URI', '1 2 "a"')).toBe('0001000261');
    expect(wire('TXT', 'a "b c"')).toBe('016103622063');
    expect(wire('NS', 'Ns1')).toBe('034e7331076578616d706c6503636f6d00');
  });

  it('prints \\# for octets that are no RDATA of the type, whatever they are', () => {
    expect(rdataToText(RRType.A, Uint8Array.of(1, 2, 3))).toBe('\\# 3 010203');
    expect(rdataToText(RRType.A, Uint8Array.of(1, 2, 3, 4, 5))).toBe('\\# 5 0102030405');
    expect(rdataToText(RRType.NS, Uint8Array.of(63, 1))).toBe('\\# 2 3F01');
    expect(rdataToText(RRType.NS, Uint8Array.of())).toBe('\\# 0');
    expect(rdataToText(RRType.A, Uint8Array.of(1, 2, 3, 4), 2, 4)).toBe('\\# 2 0304');
  });

  it('follows compressed names backwards through a message, never forwards or in circles', () => {
    const message = Uint8Array.of(1, 0x61, 0, 0, 10, 1, 0x62, 0xc0, 0);
    expect(rdataToText(RRType.MX, message, 3, 6)).toBe('10 b.a.');
    expect(rdataToText(RRType.NS, Uint8Array.of(0xc0, 0))).toBe('\\# 2 C000');
    expect(rdataToText(RRType.NS, Uint8Array.of(0xc0, 2, 0), 0, 2)).toBe('\\# 2 C002');
    expect(checkRdata(RRType.MX, message.subarray(3))?.message).toContain('malformed exchange');
  });
});

describe('rdata faults', () => {
  it.each([
    ['A', '192.0.2', '0: address must be an IPv4 address like 192.0.2.1, not "192.0.2"'],
    ['A', '2001:db8::1', '0: address must be an IPv4'],
    ['A', '', '0: address is missing: A is written address'],
    ['A', '192.0.2.1 x', '1: "x" is one word too many: A is written address'],
    ['AAAA', '192.0.2.1', '0: address must be an IPv6'],
    ['MX', '65536 a.', '0: preference must be a whole number 0..65535, not "65536"'],
    ['MX', '-1 a.', '0: preference must be'],
    ['MX', '10', '1: exchange is missing: MX is written preference exchange'],
    ['NS', 'a..b.', '0: target: "a..b." has an empty label'],
    ['NS', `${'x'.repeat(64)}.`, '0: target: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..." has a label over 63'],
    ['NS', 'a\\999.', '0: target: "a\\999." has a bad escape'],
    ['NS', 'grün.', '0: target "gr\\u{fc}n." has characters outside ASCII'],
    ['TXT', `"${'x'.repeat(256)}"`, '0: text has a string of 256 octets, at most 255'],
    ['TXT', '"a" "\\256"', '1: text has a bad escape'],
    ['CAA', '0 is-sue "x"', '1: tag must be letters and digits'],
    ['URI', '1 1 ""', '2: target must not be empty'],
    ['DS', '1 2 3 ABC', '3: digest must be hex digits'],
    ['DS', '1 2 3', '3: digest is missing'],
    ['OPENPGPKEY', 'AQI', '0: public-key must be base64'],
    ['EUI48', '00005e00532a', '0: address must be 6 octets'],
    ['TYPE65280', 'abc', '0: TYPE65280 has no text form here: write its octets as \\# LENGTH HEX'],
    ['TYPE65280', '\\# 3 0102', '1: \\# says 3 octets but 2 follow'],
    ['TYPE65280', '\\# x', '1: after \\# comes the number of octets'],
    ['TYPE65280', '\\# 2 zz', '2: octets must be hex digits'],
    ['A', '\\# 3 010203', '0: these octets are no RDATA of A: it has a malformed address'],
    ['A', '\\# 5 0102030405', '0: these octets are no RDATA of A: it has octets left over'],
    ['ANY', 'x', '0: ANY never stands in a zone'],
    ['OPT', '\\# 0', '0: OPT never stands in a zone'],
    ['TYPE0', '\\# 0', '0: TYPE0 never stands in a zone'],
  ])('says what is wrong with %s %s and where', (type, text, expected) => {
    expect(fault(type, text).slice(0, expected.length)).toBe(expected);
  });

  it('refuses RDATA over 65,535 octets', () => {
    const strings = Array.from({ length: 257 }, () => ({ text: 'x'.repeat(255), quoted: true }));
    expect(rdataFromText(RRType.TXT, strings, ORIGIN)).toMatchObject({ message: expect.stringContaining('65535') });
    expect(rdataFromText(RRType.TXT, strings.slice(0, 255), ORIGIN)).toHaveLength(255 * 256);
  });

  it('takes a relative name as absolute when there is no origin', () => {
    expect(rdataFromText(RRType.NS, wordsOf('a.b'), null)).toEqual(Uint8Array.of(1, 97, 1, 98, 0));
  });
});

describe('names inside RDATA', () => {
  it('may be compressed only in the types of RFC 1035', () => {
    expect(['NS', 'CNAME', 'PTR', 'MX'].map((type) => compressibleNameAt(typeCode(type)))).toEqual([0, 0, 0, 2]);
    for (const type of ['SRV', 'DNAME', 'SOA', 'A', 'KX', 'HTTPS']) expect(compressibleNameAt(typeCode(type))).toBe(-1);
  });

  it('stand where targetNameAt says', () => {
    for (const [type, text] of FORMS) {
      const at = targetNameAt(typeCode(type));
      const rdata = parse(type, text) as Uint8Array;
      if (at >= 0) expect(rdata.subarray(at).includes(0)).toBe(true);
    }
    expect(['DNAME', 'MX', 'SRV', 'HTTPS', 'TXT'].map((type) => targetNameAt(typeCode(type)))).toEqual([
      0, 2, 6, 2, -1,
    ]);
  });
});

describe('hostile input', () => {
  const types = fc.oneof(fc.constantFrom(...Object.values(RRType)), fc.integer({ min: 0, max: 65535 }));

  it('random octets never throw, and what is well-formed survives print and read', () => {
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 80 }), (type, rdata) => {
        const text = rdataToText(type, rdata);
        if (checkRdata(type, rdata) !== null) return;
        const again = rdataFromText(type, wordsOf(text), null);
        if (isRdataFault(again)) throw new Error(`${typeName(type)} ${text}: ${again.message}`);
        // LOC may say 0 in ten ways, base64 may hide bits: the second printing settles it.
        expect(rdataToText(type, again)).toBe(text);
        if (type !== RRType.LOC) expect(hex(again)).toBe(hex(rdata));
      }),
      { numRuns: 3000 },
    );
  });

  it('random words never throw, and what is accepted is well-formed and a fixpoint of print and read', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        '\\#',
        '0',
        '1',
        '65535',
        'a.',
        '.',
        '@',
        'N',
        'E',
        '10m',
        '00',
        'AQ==',
        'alpn=h2',
        '192.0.2.1',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const words = fc.array(fc.record({ text: word, quoted: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(types, words, (type, tokens) => {
        const rdata = rdataFromText(type, tokens, ORIGIN);
        if (isRdataFault(rdata)) {
          expect(rdata.token).toBeLessThanOrEqual(Math.max(tokens.length, 2));
          expect(rdata.message).toMatch(/^[\x20-\x7e]+$/);
          return;
        }
        expect(checkRdata(type, rdata)).toBeNull();
        const again = rdataFromText(type, wordsOf(rdataToText(type, rdata)), null) as Uint8Array;
        expect(hex(again)).toBe(hex(rdata));
      }),
      { numRuns: 3000 },
    );
  });
});
