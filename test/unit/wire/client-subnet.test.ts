import { describe, expect, it } from 'vitest';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';

function parse(...octets: number[]): ClientSubnet | null {
  const subnet = new ClientSubnet();
  return subnet.parse(Uint8Array.from([9, ...octets, 9]), 1, octets.length) ? subnet : null;
}

describe('ClientSubnet (RFC 7871 6)', () => {
  it('reads IPv4 and IPv6 prefixes', () => {
    const four = parse(0, 1, 24, 0, 192, 0, 2);
    expect([four?.family, four?.sourceLength, ...(four?.words ?? [])]).toEqual([4, 24, 0xc0000200, 0, 0, 0]);
    const six = parse(0, 2, 48, 0, 0x20, 1, 0xd, 0xb8, 0, 5);
    expect([six?.family, six?.sourceLength, ...(six?.words ?? [])]).toEqual([6, 48, 0x20010db8, 0x00050000, 0, 0]);
    expect(parse(0, 1, 0, 0)?.sourceLength).toBe(0);
    expect(parse(0, 1, 32, 0, 1, 2, 3, 4)?.words[0]).toBe(0x01020304);
  });

  it.each([
    ['shorter than 4 octets', [0, 1, 0]],
    ['empty', []],
    ['family 0', [0, 0, 0, 0]],
    ['family 3', [0, 3, 0, 0]],
    ['a scope in a query (7.1.2)', [0, 1, 24, 24, 192, 0, 2]],
    ['IPv4 longer than 32 bits', [0, 1, 33, 0, 1, 2, 3, 4, 5]],
    ['IPv6 longer than 128 bits', [0, 2, 129, 0, ...new Array(17).fill(1)]],
    ['too many address octets', [0, 1, 24, 0, 192, 0, 2, 0]],
    ['too few address octets', [0, 1, 24, 0, 192, 0]],
    ['bits beyond the prefix', [0, 1, 23, 0, 192, 0, 3]],
    ['address octets with source 0', [0, 1, 0, 0, 0]],
  ])('refuses %s', (_, octets) => {
    expect(parse(...octets)).toBeNull();
  });

  it('goes back as it came, with the scope (7.2.1)', () => {
    const subnet = parse(0, 2, 20, 0, 0x20, 1, 0x10);
    const bytes = new Uint8Array(16);
    expect(subnet?.write(bytes, 2, 32)).toBe(9);
    expect([...bytes.subarray(2, 9)]).toEqual([0, 2, 20, 32, 0x20, 1, 0x10]);
    expect(subnet?.optionBytes()).toBe(11);
  });

  it('keeps nothing of the query before', () => {
    const subnet = new ClientSubnet();
    subnet.parse(Uint8Array.of(0, 2, 128, 0, ...new Array(16).fill(255)), 0, 20);
    subnet.parse(Uint8Array.of(0, 1, 8, 0, 10), 0, 5);
    expect([...subnet.words]).toEqual([0x0a000000, 0, 0, 0]);
  });
});
