import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/base/fault.ts';
import { FAULTS_PER_FILE_MAX, TYPES_PER_NAME_MAX } from '../../../src/base/limits.ts';
import { typeName } from '../../../src/wire/codes.ts';
import { nameFromText, nameToText } from '../../../src/wire/name.ts';
import { checkRdata, rdataToText } from '../../../src/wire/rdata.ts';
import { type MasterResult, readMasterZone } from '../../../src/zone/master-reader.ts';

const VECTORS = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'dns/zones-and-queries.json.gz');

/** Reads `text` as the zone example.com; `files` may be included. */
function read(text: string, files: Record<string, string> = {}, origin = 'example.com.'): MasterResult {
  return readMasterZone({
    path: 'example.com.zone',
    text,
    origin: nameFromText(origin) as Uint8Array,
    fallbackSerial: 7,
    include: (path) => (Object.hasOwn(files, path) ? { path, text: files[path]! } : 'no such file'),
  });
}

/** The records as lines `owner ttl type rdata`. */
function lines(result: MasterResult): string[] {
  const { records } = result.model!;
  return Array.from({ length: records.count }, (_, row) => {
    const type = records.types[row]!;
    const rdata = rdataToText(type, records.bytes, records.rdatas[row]!, records.rdataLengths[row]!);
    return `${nameToText(records.bytes, records.owners[row]!)} ${records.ttls[row]} ${typeName(type)} ${rdata}`;
  });
}

const faults = (result: MasterResult) => result.faults.map(formatFault);

/** `line:column severity [code]` of each fault. */
const places = (result: MasterResult) =>
  result.faults.map((fault) => `${fault.line}:${fault.column} ${fault.severity} ${fault.code}`);

const HEAD = '$TTL 300\n@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\n';

describe('readMasterZone', () => {
  it('reads everything that RFC 1035 5.1 lets a file say', () => {
    const result = read(
      `$TTL 1h
@  IN SOA NS1 host.master ( 2024010101 ; serial
      1d 2h 4w
      300 )
   NS ns1
   NS ns2.example.net.
ns1 A 192.0.2.1
    AAAA 2001:db8::1
WWW 300 IN A 192.0.2.2
web IN 600 A 192.0.2.3\r
*.wild TXT "a b" c ( "d"
   "e;" )  ; end
$ORIGIN Sub
x CNAME Y
$ORIGIN other.example.com.
z 5m A 192.0.2.9
\\097\\.b A 192.0.2.10
t TYPE16 \\# 4 03616263
u CLASS1 TYPE65280 \\# 2 ( AB
 CD )
h HTTPS 1 . alpn="h2,h3" port=443`,
    );
    expect(faults(result)).toEqual([]);
    expect(lines(result)).toEqual([
      'example.com. 3600 NS ns1.example.com.',
      'example.com. 3600 NS ns2.example.net.',
      'ns1.example.com. 3600 A 192.0.2.1',
      'ns1.example.com. 3600 AAAA 2001:db8::1',
      'www.example.com. 300 A 192.0.2.2',
      'web.example.com. 600 A 192.0.2.3',
      '*.wild.example.com. 3600 TXT "a b" "c" "d" "e;"',
      'x.sub.example.com. 3600 CNAME Y.Sub.example.com.',
      'z.other.example.com. 300 A 192.0.2.9',
      'a\\.b.other.example.com. 3600 A 192.0.2.10',
      't.other.example.com. 3600 TXT "abc"',
      'u.other.example.com. 3600 TYPE65280 \\# 2 ABCD',
      'h.other.example.com. 3600 HTTPS 1 . alpn="h2,h3" port=443',
    ]);
    const { soa, origin, originText } = result.model!;
    expect([nameToText(origin), originText]).toEqual(['example.com.', 'example.com.']);
    expect({ ...soa, mname: nameToText(soa.mname), rname: nameToText(soa.rname) }).toEqual({
      mname: 'NS1.example.com.',
      rname: 'host.master.example.com.',
      serial: 2024010101,
      refresh: 86400,
      retry: 7200,
      expire: 2419200,
      minimum: 300,
      ttl: 3600,
    });
    expect(result.hasSoa).toBe(true);
  });

  it('takes a TTL from $TTL, else from the record before, else from the SOA, and warns of the last once', () => {
    expect(
      lines(read('@ SOA . . 1 2 3 4 5\n@ NS .\na A 192.0.2.1\nb 60 A 192.0.2.1\nc A 192.0.2.1\n$TTL 9\nd A 192.0.2.1')),
    ).toEqual([
      'example.com. 5 NS .',
      'a.example.com. 5 A 192.0.2.1',
      'b.example.com. 60 A 192.0.2.1',
      'c.example.com. 60 A 192.0.2.1',
      'd.example.com. 9 A 192.0.2.1',
    ]);
    expect(places(read('@ SOA . . 1 2 3 4 5\n@ NS .\na A 192.0.2.1'))).toEqual(['2:1 warning ttl-missing']);
    expect(lines(read('@ NS .'))).toEqual(['example.com. 3600 NS .']);
  });

  it('makes up an SOA when the file has none, and says so', () => {
    const result = read('$TTL 1\n@ NS ns2.example.net.\n@ NS ns1\n');
    const soa = result.model!.soa;
    expect(result.hasSoa).toBe(false);
    expect(nameToText(soa.mname)).toBe('ns2.example.net.');
    expect(nameToText(soa.rname)).toBe('hostmaster.example.com.');
    expect(soa).toMatchObject({ serial: 7, refresh: 3600, retry: 900, expire: 604800, minimum: 60 });
    expect(nameToText(read('').model!.soa.mname)).toBe('example.com.');
  });

  it('tells all faults at once, each with its place, and gives no model then', () => {
    const result = read(`${HEAD}a A 192.0.2\nb MX 10\nc 99999999999 A 192.0.2.1\nd CH A 192.0.2.1
e FOO 1
f..g A 192.0.2.1
example.org. A 192.0.2.1
h
$FOO
i A 192.0.2.1 )
j TXT "x"y
k TXT x"y
l SOA . . 1 2 3 4 5
`);
    expect(result.model).toBeNull();
    expect(places(result)).toEqual([
      '4:5 error rdata-invalid',
      '5:6 error rdata-invalid',
      '6:3 error ttl-invalid',
      '7:3 error class-unsupported',
      '8:3 error type-unknown',
      '9:1 error name-invalid',
      '10:1 error out-of-zone',
      '11:1 error type-missing',
      '12:1 error directive-unknown',
      '13:15 error syntax',
      '14:10 error syntax',
      '15:8 error syntax',
      '16:1 error soa-not-at-apex',
    ]);
    expect(result.faults[1]).toMatchObject({
      record: 'b',
      type: 'MX',
      message: expect.stringContaining('exchange is missing'),
    });
  });

  it('reads on after a parenthesis or quote that is never closed', () => {
    const result = read(`${HEAD}a TXT ( "x"\nb A 192.0.2.1\nc A 192.0.2\n`);
    expect(places(result)).toEqual(['4:7 error syntax', '6:5 error rdata-invalid']);
    const quote = read(`${HEAD}a TXT "x\nb A 192.0.2\nc TXT "y"\n`);
    expect(places(quote)).toContain('5:5 error rdata-invalid');
    expect(places(read(`${HEAD}a TXT "x\nb A 192.0.2\n`))).toEqual(['4:7 error syntax', '5:5 error rdata-invalid']);
  });

  it('lets a quoted string run over lines, as RFC 1035 does', () => {
    expect(lines(read(`${HEAD}a TXT "x\ny" z\nb A 192.0.2.1`)).slice(1)).toEqual([
      'a.example.com. 300 TXT "x\\010y" "z"',
      'b.example.com. 300 A 192.0.2.1',
    ]);
  });

  it('leaves signatures out with one warning a type', () => {
    const signed = `${HEAD}@ RRSIG A 13 2 300 x\n@ RRSIG NS 13\na NSEC b A\n@ DNSKEY 257 3 13 AQID\n@ NSEC3PARAM 1 0 0 -\n`;
    const result = read(signed);
    expect(places(result)).toEqual([
      '4:3 warning signature-skipped',
      '6:3 warning signature-skipped',
      '8:3 warning signature-skipped',
    ]);
    expect(result.faults[0]?.message).toContain('2 RRSIG');
    expect(lines(result)).toHaveLength(2);
  });

  it('warns of names that lack their final dot', () => {
    const result = read(
      `${HEAD}www.example.com A 192.0.2.1\nx CNAME y.example.com\nz MX 10 example.com.example.com.\n`,
    );
    expect(places(result)).toEqual(['4:1 warning dot-missing', '5:9 warning dot-missing']);
  });

  it('never repeats more of a file than a short escaped word', () => {
    const secret = `root:x:0:0:${'s'.repeat(300)}\u202e\u001b[31m`;
    for (const text of [secret, `a ${secret}`, `a A ${secret}`, `$TTL ${secret}`, `$${secret}`, `a MX 1 ${secret}`]) {
      for (const fault of faults(read(text))) {
        expect(fault).not.toMatch(/[^\x20-\x7e]/);
        expect(fault).not.toContain('s'.repeat(41));
      }
    }
  });

  it('keeps every error when warnings flood the list', () => {
    const flood = Array.from({ length: FAULTS_PER_FILE_MAX + 50 }, (_, i) => `a${i}.d A 192.0.2.1`).join('\n');
    const result = read(`${HEAD}d DNAME e\n${flood}\nz A x\n`);
    expect(result.model).toBeNull();
    expect(result.faults).toHaveLength(FAULTS_PER_FILE_MAX + 1);
    expect(result.faults.filter((fault) => fault.severity === 'error').map((fault) => fault.code)).toEqual([
      'rdata-invalid',
    ]);
    expect(result.faults.at(-1)?.code).toBe('more-faults');
  });

  it('never throws on random text, and what it reads is well-formed', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        ' ',
        '\t',
        '(',
        ')',
        '"',
        ';',
        '\\',
        '@',
        '$TTL 5\n',
        '$ORIGIN x\n',
        '$INCLUDE a\n',
        '\na A ',
        ' IN ',
        '$GENERATE 1-3 a$ A 192.0.2.$\n',
        '192.0.2.1',
        'TXT',
        'SOA . . 1 2 3 4 5',
        'CNAME',
        'x.',
        '\\# 1 00',
        '1h',
        '\r\n',
        '\0',
        '\ufeff',
        'é',
        '=',
        '$\x7b0,3,x}',
      ),
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const result = read(text, { a: text });
        expect(result.model === null).toBe(result.faults.some((fault) => fault.severity === 'error'));
        if (result.model === null) return;
        const { records } = result.model;
        for (let row = 0; row < records.count; row++) {
          const at = records.rdatas[row]!;
          const rdata = records.bytes.slice(at, at + records.rdataLengths[row]!);
          expect(checkRdata(records.types[row]!, rdata)).toBeNull();
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads a file of a hundred thousand unclosed parentheses in a moment', () => {
    const result = read('a A (\n'.repeat(100_000));
    expect(result.model).toBeNull();
    expect(result.faults.length).toBeLessThan(20);
  }, 5000);
});

describe('names with very many records', () => {
  it('read a file of a hundred thousand folded quotes in parentheses in a moment', () => {
    const result = read('( "\n'.repeat(100_000) + ')'.repeat(100_000));
    expect(result.model).toBeNull();
  }, 5000);

  it('refuse more types at one name than a query can be let to look through', () => {
    const types = (count: number) => Array.from({ length: count }, (_, i) => `a TYPE${1000 + i} \\# 0\n`).join('');
    expect(read(HEAD + types(TYPES_PER_NAME_MAX)).faults).toEqual([]);
    expect(places(read(HEAD + types(30_000)))).toEqual([`${3 + TYPES_PER_NAME_MAX + 1}:1 error types-too-many`]);
    // Records of few types may be many.
    const many = Array.from({ length: 300 }, (_, i) => `a TXT "${i}"\n`).join('');
    expect(read(HEAD + many).faults).toEqual([]);
  });
});

describe.skipIf(!existsSync(VECTORS))('the 3,169 recorded zones (set MERIDIAN_VECTORS if they are elsewhere)', () => {
  it('load without an error, and print and read to the same records', () => {
    const zones = JSON.parse(gunzipSync(readFileSync(VECTORS)).toString()) as { origin: string; zone: string }[];
    expect(zones.length).toBeGreaterThan(3000);
    for (const { origin, zone } of zones) {
      const result = read(zone, {}, origin);
      expect(result.faults.filter((fault) => fault.severity === 'error')).toEqual([]);
      expect(result.hasSoa).toBe(true);
      const printed = lines(result);
      expect(printed.length).toBe(zone.trim().split('\n').length - 1);
      expect(lines(read(printed.join('\n'), {}, origin))).toEqual(printed);
    }
  });
});
