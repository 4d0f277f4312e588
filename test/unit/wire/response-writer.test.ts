import { describe, expect, it } from 'vitest';
import { OPT_BYTES, OPTION_HEAD_BYTES, QNAME_POINTER, ResponseWriter } from '../../../src/wire/response-writer.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';

const QUERY = buildQuery('www.example.', 'A', { id: 0x1234, rd: true });

/** A writer behind the question of `QUERY`, in a buffer where the message starts at 5. */
function writer(bytesMax = 512, reserved = 0): ResponseWriter {
  const bytes = new Uint8Array(600);
  bytes.set(QUERY, 5);
  const made = new ResponseWriter();
  made.begin(bytes, 5, QUERY.length, bytesMax, reserved);
  return made;
}

function addAddress(to: ResponseWriter): boolean {
  const opened = to.openRecord(QNAME_POINTER, 1, 300);
  const dataAt = to.at;
  if (!opened || !to.append(Uint8Array.of(192, 0, 2, 1), 0, 4)) return false;
  to.closeRecord(dataAt);
  to.answers++;
  return true;
}

const message = (from: ResponseWriter, length: number) => readReply(from.bytes.slice(5, 5 + length));

describe('ResponseWriter', () => {
  it('leaves id, RD and question as they came and clears what an authority does not set (RFC 4035 3.1.6)', () => {
    const made = writer();
    made.bytes[5 + 2]! |= 0x02;
    made.bytes[5 + 3] = 0xff;
    addAddress(made);
    const reply = message(made, made.finish(0, true, false, 1));
    expect(reply).toMatchObject({
      id: 0x1234,
      rd: true,
      aa: true,
      tc: false,
      ra: false,
      z: false,
      ad: false,
      cd: false,
    });
    expect(reply.questions).toEqual([{ name: 'www.example.', type: 1, class: 1 }]);
    expect(reply.answers.map((record) => [record.text, record.ttl])).toEqual([['www.example. a 192.0.2.1', 300]]);
  });

  it('writes nothing beyond its limit', () => {
    const made = writer(QUERY.length + 16);
    expect(addAddress(made)).toBe(true);
    const at = made.at;
    expect(made.openRecord(QNAME_POINTER, 1, 300)).toBe(false);
    expect(made.append(Uint8Array.of(1), 0, 1)).toBe(false);
    expect(made.appendWord(1)).toBe(false);
    expect(made.at).toBe(at);
  });

  it('keeps room for the OPT that comes last, with its options', () => {
    const reserved = OPT_BYTES + OPTION_HEAD_BYTES + 3;
    const made = writer(QUERY.length + 16 + reserved, reserved);
    expect([addAddress(made), addAddress(made)]).toEqual([true, false]);
    const optAt = made.at;
    made.openOpt(0x17, 1232, true);
    made.bytes.set([9, 8, 7], made.openOption(0xfde9, 3));
    made.closeOpt(optAt);
    const length = made.finish(0x17, false, false, 1);
    expect(length).toBe(QUERY.length + 16 + reserved);
    expect(message(made, length)).toMatchObject({
      rcode: 0x17,
      optCount: 1,
      opt: { payload: 1232, dnssecOk: true, flags: 0x8000, options: [{ code: 0xfde9 }] },
    });
    expect([...made.bytes.subarray(5 + length - 7, 5 + length)]).toEqual([0xfd, 0xe9, 0, 3, 9, 8, 7]);
  });

  it('writes texts of class CHAOS whole or not at all', () => {
    const text = new TextEncoder().encode('ns1');
    const made = writer(QUERY.length + 16);
    expect([made.appendChaosText(text), made.appendChaosText(text)]).toEqual([true, false]);
    made.answers++;
    const length = made.finish(0, true, false, 1);
    expect(length).toBe(QUERY.length + 16);
    expect([...made.bytes.subarray(5 + QUERY.length, 5 + length)]).toEqual([
      0xc0, 12, 0, 16, 0, 3, 0, 0, 0, 0, 0, 4, 3, 0x6e, 0x73, 0x31,
    ]);
  });

  it('writes owners as labels and a pointer', () => {
    const made = writer();
    made.openRecordNamed(Uint8Array.of(2, 110, 115, 7), 0, 3, QNAME_POINTER, 1, 60);
    const dataAt = made.at;
    made.append(Uint8Array.of(192, 0, 2, 53), 0, 4);
    made.closeRecord(dataAt);
    made.additionals++;
    expect(message(made, made.finish(0, false, false, 1)).additional[0]?.text).toBe('ns.www.example. a 192.0.2.53');
  });

  it('drops the question when there is none to keep', () => {
    const made = new ResponseWriter();
    const bytes = Uint8Array.from(QUERY);
    made.begin(bytes, 0, 12, 512, 0);
    expect(made.finish(1, false, false, 0)).toBe(12);
    expect([...bytes.subarray(4, 12)]).toEqual(new Array(8).fill(0));
  });
});
