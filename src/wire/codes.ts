/** DNS code points (IANA "Domain Name System (DNS) Parameters") that the program speaks of by name. */

/** Response codes (RFC 1035 4.1.1, RFC 2136, RFC 6891); those over 15 need an OPT record. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** Classes (RFC 1035 3.2.4). */
export const DnsClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** EDNS option codes. */
export const EdnsOption = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PADDING: 12,
  EXTENDED_ERROR: 15,
} as const;

/** Extended DNS errors (RFC 8914 5.2) that are told. */
export const ExtendedError = {
  /** No more than the text says. */
  OTHER: 0,
  /** What is known of the endpoints is old. */
  STALE_ANSWER: 3,
  /** Policy: nobody gets this here. */
  PROHIBITED: 18,
  /** No zone of ours holds the name. */
  NOT_AUTHORITATIVE: 20,
  /** A class that is not served. */
  NOT_SUPPORTED: 21,
} as const;

/** Resource record types that are served, asked for, or special in a message. */
export const RRType = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  TA: 32768,
  DLV: 32769,
} as const;

const NAME_OF_TYPE = new Map<number, string>(Object.entries(RRType).map(([name, code]) => [code, name]));

/** The mnemonic of `type`, or `TYPE65280` (RFC 3597 5). */
export function typeName(type: number): string {
  return NAME_OF_TYPE.get(type) ?? `TYPE${type}`;
}

/** The code of a mnemonic or of `TYPE65280`, upper or lower case; -1 if it is neither. */
export function typeCode(name: string): number {
  const upper = name.toUpperCase();
  if (Object.hasOwn(RRType, upper)) return RRType[upper as keyof typeof RRType];
  const match = /^TYPE(\d{1,5})$/.exec(upper);
  return match && Number(match[1]) <= 65535 ? Number(match[1]) : -1;
}
