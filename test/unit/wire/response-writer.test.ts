import { describe, expect, it } from 'vitest';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { optBytes, QNAME_POINTER, ResponseWriter } from '../../../src/wire/response-writer.ts';
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

  it('keeps room for the OPT that comes last', () => {
    const subnet = new ClientSubnet();
    subnet.parse(Uint8Array.of(0, 1, 24, 0, 192, 0, 2), 0, 7);
    const made = writer(QUERY.length + 16 + optBytes(subnet), optBytes(subnet));
    expect([addAddress(made), addAddress(made)]).toEqual([true, false]);
    made.appendOpt(16, 1232, true, subnet, 20);
    const length = made.finish(16, false, false, 1);
    const reply = message(made, length);
    expect(reply.rcode).toBe(16);
    expect(reply.optCount).toBe(1);
    expect(length).toBeLessThanOrEqual(QUERY.length + 16 + optBytes(subnet));
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
