/** What a resolver's answer says of a name that an ALIAS leads to. */

import { addressBytes, parseIpAddress } from '../base/ip-address.ts';
import { ALIAS_ADDRESSES_MAX, ALIAS_TTL_SECONDS_MAX, ALIAS_TTL_SECONDS_MIN, CHAIN_STEPS_MAX } from '../base/limits.ts';
import type { DnsAnswer } from '../probe/dns-exchange.ts';
import { typeName } from '../wire/codes.ts';
import type { AliasAddresses } from '../zone/alias-table.ts';

/**
 * The addresses of `name` in `answer`, at the end of its CNAMEs, or why it is no answer. The TTL is the lowest on the way, within
 * ALIAS_TTL_SECONDS_MIN and MAX. Records of other names are not looked at.
 */
export function readAliasAnswer(answer: DnsAnswer, name: string, type: number): AliasAddresses | string {
  if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') return `rcode ${answer.rcode}`;
  if (answer.flags.includes('tc')) return 'the answer is truncated';
  let owner = name.toLowerCase();
  let ttl = ALIAS_TTL_SECONDS_MAX;
  for (let step = 0; step <= CHAIN_STEPS_MAX; step++) {
    const records = answer.answer.filter((record) => record.name.toLowerCase() === owner && record.class === 'IN');
    const own = records.filter((record) => record.type === typeName(type));
    for (const record of own) ttl = Math.min(ttl, record.ttl);
    if (own.length > 0) return { ttlSeconds: Math.max(ALIAS_TTL_SECONDS_MIN, ttl), addresses: addressesOf(own) };
    const cname = records.find((record) => record.type === 'CNAME');
    if (cname === undefined) break;
    ttl = Math.min(ttl, cname.ttl);
    owner = cname.data.toLowerCase();
  }
  // No data, or no such name: for as long as the SOA says (RFC 2308 5).
  const soa = answer.authority.find((record) => record.type === 'SOA');
  if (soa === undefined) return 'the answer has neither addresses nor an SOA';
  ttl = Math.min(ttl, soa.ttl, Number(soa.data.split(' ').at(-1)));
  return { ttlSeconds: Math.max(ALIAS_TTL_SECONDS_MIN, ttl), addresses: [] };
}

/** In one order, so that a resolver that turns its answers around changes nothing. */
function addressesOf(records: readonly { readonly data: string }[]): Uint8Array[] {
  const texts = [...new Set(records.map(({ data }) => data))].sort().slice(0, ALIAS_ADDRESSES_MAX);
  return texts.flatMap((text) => {
    const address = parseIpAddress(text);
    return address === null ? [] : [addressBytes(address)];
  });
}
