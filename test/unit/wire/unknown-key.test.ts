import { describe, expect, it } from 'vitest';
import { HEADER_BYTES, Query, QueryStatus } from '../../../src/wire/query-parser.ts';
import { UnknownKey } from '../../../src/wire/unknown-key.ts';
import { craftQuery, joinBytes, plainName, wordBytes } from '../../tools/packet-case.ts';

const TIMES = Uint8Array.of(0, 0, 0x65, 0x53, 0x12, 0x34, 1, 44);
const RDATA = joinBytes(plainName('hmac-sha256'), TIMES, wordBytes(4, 1, 2, 0x4d4d, 0, 0));

function record(owner: Uint8Array, rdata = RDATA, dnsClass = 255, ttl = 0): Uint8Array {
  return joinBytes(owner, wordBytes(250, dnsClass, 0, ttl, rdata.length), rdata);
}

/** Reads a TSIG record behind the question for www.example; null when it is refused. */
function readKey(tsig: Uint8Array): UnknownKey | null {
  const question = craftQuery({ questions: [['www.example', 1]], counts: [1, 0, 0, 1] });
  const bytes = joinBytes(question, tsig);
  const query = new Query();
  const status = query.parse(bytes, 0, bytes.length, false);
  expect([QueryStatus.UNKNOWN_KEY, QueryStatus.BROKEN]).toContain(status);
  return status === QueryStatus.UNKNOWN_KEY ? query.key : null;
}

describe('the key of a query', () => {
  it('goes back as BADKEY without MAC, the rest as it came (RFC 8945 5.2.1, 5.3.2)', () => {
    const key = readKey(record(plainName('key.test'))) ?? expect.fail('refused');
    const bytes = new Uint8Array(200);
    const end = key.write(bytes, 5);
    expect(end - 5).toBe(key.recordBytes);
    const rdata = joinBytes(plainName('hmac-sha256'), TIMES, wordBytes(0, 0x4d4d, 17, 0));
    expect(bytes.subarray(5, end)).toEqual(record(plainName('key.test'), rdata));
  });

  it('may have its name compressed, which is expanded', () => {
    const key =
      readKey(record(joinBytes(Uint8Array.of(1, 107), wordBytes(0xc000 | (HEADER_BYTES + 4))))) ?? expect.fail();
    const bytes = new Uint8Array(200);
    key.write(bytes, 0);
    expect(bytes.subarray(0, 11)).toEqual(plainName('k.example'));
  });

  it('is refused where the record is malformed (RFC 8945 4.2)', () => {
    const owner = plainName('key.test');
    expect(readKey(record(owner, RDATA, 1))).toBeNull();
    expect(readKey(record(owner, RDATA, 255, 5))).toBeNull();
    for (const length of [0, 3, 13, 20, RDATA.length - 1]) {
      expect(readKey(record(owner, RDATA.subarray(0, length)))).toBeNull();
    }
    expect(readKey(record(owner, joinBytes(RDATA, Uint8Array.of(0))))).toBeNull();
    expect(readKey(record(owner, RDATA.with(22, 255)))).toBeNull();
  });

  it('is nobody before a query was read', () => {
    expect(new UnknownKey().isPresent).toBe(false);
  });
});
