/**
 * Address space that is not the public Internet: an address from here in a Client Subnet option says nothing about where the client
 * is, so the resolver's own address decides instead. From IANA's special-purpose registries (RFC 6890 and its updates) and RFC 4291:
 * everything that is not globally reachable, and the retired transition mechanisms whose addresses name no network of their own.
 * networks.yaml and the subnets of a rule come before this list: an operator who names 10.20.0.0/16 means it.
 */

import { assert } from '../base/assert.ts';
import { type IpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';

const NOT_GLOBAL = [
  '0.0.0.0/8', // this network (RFC 791)
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // shared by carriers (RFC 6598)
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link local (RFC 3927)
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments (RFC 6890)
  '192.0.2.0/24', // documentation (RFC 5737)
  '192.88.99.0/24', // 6to4 relays, retired (RFC 7526)
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks (RFC 2544)
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '::/3', // loopback, mapped, NAT64, discard: nothing here is allocated as global unicast (RFC 4291)
  '4000::/2', // unassigned, SRv6 SIDs (5f00::/16)
  '8000::/1', // unassigned, unique local (fc00::/7), link local (fe80::/10), multicast (ff00::/8)
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID (RFC 2928); no client has an address of the few anycast ones
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4, retired (RFC 7526)
  '3fff::/20', // documentation (RFC 9637)
] as const;

/** The prefixes that are not globally routable, disjoint. */
export const SPECIAL_SPACE: readonly IpPrefix[] = NOT_GLOBAL.map((text) => {
  const prefix = parseIpPrefix(text);
  assert(typeof prefix !== 'string', `special prefix ${text} does not parse`);
  return prefix;
});
