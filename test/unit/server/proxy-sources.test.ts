import { expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix } from '../../../src/base/ip-prefix.ts';
import { ProxySources } from '../../../src/server/proxy-sources.ts';

it('trusts exactly the addresses inside its prefixes, by family', () => {
  const sources = new ProxySources(['192.0.2.0/29', '2001:db8::/64'].map((text) => parseIpPrefix(text) as IpPrefix));
  const has = (text: string) => {
    const { family, words } = parseIpAddress(text)!;
    return sources.has(family, words);
  };
  expect(['192.0.2.0', '192.0.2.7', '2001:db8::1'].map(has)).toEqual([true, true, true]);
  expect(['192.0.2.8', '2001:db8:0:1::1', '::192.0.2.1'].map(has)).toEqual([false, false, false]);
});
