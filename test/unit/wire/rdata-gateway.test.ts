import { describe, expect, it } from 'vitest';
import { textOfWire, wireOf } from './rdata-words.ts';

const KEY = 'AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==';

function expectRoundTrip(type: string, text: string): void {
  expect(textOfWire(type, wireOf(type, text))).toBe(text);
}

describe('IPSECKEY (RFC 4025 3.1)', () => {
  it('reads and prints the examples of its RFC', () => {
    expectRoundTrip('IPSECKEY', `10 1 2 192.0.2.38 ${KEY}`);
    expectRoundTrip('IPSECKEY', `10 0 2 . ${KEY}`);
    expectRoundTrip('IPSECKEY', `10 3 2 mygateway.example.com. ${KEY}`);
    expectRoundTrip('IPSECKEY', `10 2 2 2001:db8:0:8002::2000:1 ${KEY}`);
    expect(wireOf('IPSECKEY', '10 1 2 192.0.2.38 AQID')).toBe('0a0102c0000226010203');
  });

  it('has no key exactly with algorithm 0', () => {
    expectRoundTrip('IPSECKEY', '10 1 0 192.0.2.38');
    expect(wireOf('IPSECKEY', '10 1 0 192.0.2.38 AQID')).toMatch(/^fault 4/);
    expect(wireOf('IPSECKEY', '10 1 2 192.0.2.38')).toMatch(/^fault 4: public-key is missing/);
    expect(textOfWire('IPSECKEY', '0a0100c0000226aa')).toMatch(/^\\# /);
  });

  it('refuses a gateway of another form than its type', () => {
    expect(wireOf('IPSECKEY', `10 0 2 192.0.2.38 ${KEY}`)).toMatch(/^fault 3: gateway of type 0/);
    expect(wireOf('IPSECKEY', `10 1 2 2001:db8::1 ${KEY}`)).toMatch(/^fault 3: gateway must be an IPv4/);
    expect(wireOf('IPSECKEY', `10 4 2 . ${KEY}`)).toMatch(/^fault 3: the type must be 0/);
    expect(textOfWire('IPSECKEY', '0a0402c0000226010203')).toMatch(/^\\# /);
  });
});

describe('AMTRELAY (RFC 8777 4.3)', () => {
  it('reads and prints the examples of its RFC', () => {
    expectRoundTrip('AMTRELAY', '10 0 1 203.0.113.15');
    expectRoundTrip('AMTRELAY', '10 0 2 2001:db8::15');
    expectRoundTrip('AMTRELAY', '128 1 3 amtrelays.example.com.');
    expectRoundTrip('AMTRELAY', '10 1 0 .');
    expect(wireOf('AMTRELAY', '10 1 1 203.0.113.15')).toBe('0a81cb00710f');
  });

  it('refuses another type, and a bit that is none', () => {
    expect(wireOf('AMTRELAY', '10 2 1 203.0.113.15')).toMatch(/^fault 1/);
    expect(wireOf('AMTRELAY', '10 0 4 .')).toMatch(/^fault 2/);
    expect(wireOf('AMTRELAY', '10 0')).toMatch(/^fault 2: type is missing/);
    expect(textOfWire('AMTRELAY', '0a84')).toMatch(/^\\# /);
  });
});
