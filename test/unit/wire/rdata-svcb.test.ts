import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RRType } from '../../../src/wire/codes.ts';
import { checkRdata, rdataFromText, rdataToText } from '../../../src/wire/rdata.ts';
import { findSvcParam } from '../../../src/wire/rdata-svcb.ts';
import { isRdataFault } from '../../../src/wire/rdata-token.ts';

function parse(...words: string[]) {
  const tokens = words.map((text) => ({ text, quoted: false }));
  return rdataFromText(RRType.SVCB, tokens, null);
}

/** Hex of the parameters of `1 . words`. */
function params(...words: string[]): string {
  const rdata = parse('1', '.', ...words);
  return isRdataFault(rdata) ? `fault ${rdata.token}: ${rdata.message}` : Buffer.from(rdata).toString('hex').slice(6);
}

const reject = (...words: string[]) => expect(params(...words), words.join(' ')).toMatch(/^fault/);

describe('SVCB and HTTPS parameters', () => {
  it('are the octets of the test vectors in RFC 9460 appendix D', () => {
    expect(params('port=53')).toBe('000300020035');
    expect(params('key667=hello')).toBe('029b000568656c6c6f');
    expect(params('key667="hello\\210qoo"')).toBe('029b000968656c6c6fd2716f6f');
    expect(params('ipv6hint="2001:db8::1,2001:db8::53:1"')).toBe(
      '0006002020010db800000000000000000000000120010db8000000000000000000530001',
    );
    expect(params('ipv6hint="2001:db8:122:344::192.0.2.33"')).toBe('0006001020010db80122034400000000c0000221');
    expect(params('alpn=h2,h3-19', 'mandatory=ipv4hint,alpn', 'ipv4hint=192.0.2.1')).toBe(
      '0000000400010004000100090268320568332d313900040004c0000201',
    );
    expect(params('alpn="f\\\\\\\\oo\\\\,bar,h2"')).toBe('0001000c08665c6f6f2c626172026832');
    expect(params('alpn=f\\\\\\092oo\\092,bar,h2')).toBe('0001000c08665c6f6f2c626172026832');
  });

  it('know every registered key', () => {
    expect(params('alpn=h2', 'no-default-alpn')).toBe('00010003026832' + '00020000');
    expect(params('ech=AQID')).toBe('00050003010203');
    expect(params('dohpath=/q{?dns}')).toBe('000700082f717b3f646e737d');
    expect(params('ohttp')).toBe('00080000');
    expect(params('tls-supported-groups=29,23')).toBe('00090004001d0017');
    expect(params('docpath=dns,x')).toBe('000a000603646e730178');
    expect(params('docpath')).toBe('000a0000');
    expect(params('key65534')).toBe('fffe0000');
    expect(params('key3="\\001\\002"')).toBe('000300020102');
  });

  it('are refused where RFC 9460 appendix D.3 and its text say so', () => {
    reject('key123=abc', 'key123=def');
    for (const key of ['mandatory', 'alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'tls-supported-groups'])
      reject(key);
    reject('alpn=h2', 'no-default-alpn=abc');
    reject('mandatory=key123');
    reject('mandatory=mandatory');
    reject('mandatory=key123,key123', 'key123=abc');
    reject('mandatory=key0', 'alpn=h2');
    reject('no-default-alpn');
    reject('ohttp=x');
    reject('port=65536');
    reject('port=1,2');
    reject('port=');
    reject('ipv4hint=2001:db8::1');
    reject('ipv4hint=192.0.2.1,');
    reject('alpn=h2,,h3');
    reject('alpn=h\\\\2');
    reject(`alpn=${'x'.repeat(256)}`);
    reject('ech=A');
    reject('dohpath=/q');
    reject('dohpath=q{?dns}');
    reject('tls-supported-groups=1,1');
    reject('key65535=x');
    reject('key65536=x');
    reject('key01=x');
    reject('KEY1=x');
    reject('foo=x');
    reject('=x');
    reject('key3="\\001"');
  });

  it('are kept in alias mode, where those who read them ignore them (RFC 9460 2.4.2)', () => {
    expect(parse('0', 'a.')).toEqual(Uint8Array.of(0, 0, 1, 97, 0));
    expect(parse('0', 'a.', 'port=1')).toEqual(Uint8Array.of(0, 0, 1, 97, 0, 0, 3, 0, 2, 0, 1));
  });

  it('name the word that is wrong', () => {
    expect(parse('1', '.', 'alpn=h2', 'port=x')).toMatchObject({
      token: 3,
      message: 'port must be a port 0..65535, not "x"',
    });
  });

  it('are well-formed on the wire only in ascending order, each once, whole, and with the rules across them', () => {
    const check = (hex: string) => checkRdata(RRType.HTTPS, Buffer.from(`000100${hex}`, 'hex')) === null;
    expect(check('00010003026832' + '000300020035')).toBe(true);
    for (const hex of [
      '000300020035' + '00010003026832',
      '000300020035' + '000300020035',
      '0003000200',
      '000300',
      '00020000',
      '000000020003',
      '00000002' + '0001' + '000300020035',
      '0000000400030001' + '00010003026832' + '000300020035',
      '00010003036832',
      '0001000100',
      '0004000100',
      '0006000400000000',
      'ffff0000',
    ]) {
      expect(check(hex), hex).toBe(false);
    }
    expect(checkRdata(RRType.HTTPS, Buffer.from('000000' + '000300020035', 'hex'))).toBeNull();
  });

  it('survive print and read for random values of every key', () => {
    const param = fc.tuple(fc.integer({ min: 0, max: 14 }), fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.uniqueArray(param, { selector: ([key]) => key, maxLength: 4 }), (list) => {
        const octets: number[] = [0, 1, 0];
        for (const [key, value] of list.sort((a, b) => a[0] - b[0])) octets.push(0, key, 0, value.length, ...value);
        const rdata = Uint8Array.from(octets);
        const text = rdataToText(RRType.SVCB, rdata);
        if (checkRdata(RRType.SVCB, rdata) !== null) {
          expect(text).toMatch(/^\\# /);
          return;
        }
        const words = text.match(/(?:="(?:\\.|[^"\\])*"|\S)+/g)!;
        expect(parse(...words)).toEqual(rdata);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('findSvcParam', () => {
  const rdata = parse('1', 'a.b.', 'alpn=h2', 'port=53', 'key667=x');
  if (isRdataFault(rdata)) throw new Error(rdata.message);

  it.each([
    ['a key that is there, with its head', 3, 14, 20],
    ['a key that would stand between others', 4, 20, 20],
    ['one that would be the first', 0, 7, 7],
    ['one that would be the last', 700, 25, 25],
  ])('finds %s', (_, key, from, to) => {
    expect(findSvcParam(rdata, key)).toEqual({ from, to });
  });

  it('finds the end of a record without parameters', () => {
    const bare = parse('0', '.');
    expect(isRdataFault(bare) ? bare : findSvcParam(bare, 4)).toEqual({ from: 3, to: 3 });
  });
});
