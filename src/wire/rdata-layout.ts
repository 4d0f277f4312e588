/** Which fields each record type is made of. A type without an entry is opaque: it is written and printed as RFC 3597 says. */

import { RRType, typeCode, typeName } from './codes.ts';
import { APL_FIELD } from './rdata-apl.ts';
import {
  addressField,
  base64Field,
  durationField,
  euiField,
  hexField,
  hexGroupsField,
  nameField,
  type RdataField,
  restTextField,
  stringField,
  stringsField,
  uintField,
} from './rdata-field.ts';
import { AMTRELAY_FIELDS, IPSECKEY_FIELDS } from './rdata-gateway.ts';
import { HIP_FIELD } from './rdata-hip.ts';
import { LOC_FIELD } from './rdata-loc.ts';
import { hexFromOctets, octetsFromHex } from './rdata-radix.ts';
import { SVC_PARAMS_FIELD } from './rdata-svcb.ts';
import { quoteForFault } from './rdata-token.ts';
import { TYPE_BITMAP_FIELD } from './rdata-type-bitmap.ts';

/** DNSSEC algorithms by mnemonic (RFC 4034 appendix A.1; IANA "DNS Security Algorithm Numbers"). */
const ALGORITHMS = new Map([
  ['RSAMD5', 1],
  ['DH', 2],
  ['DSA', 3],
  ['RSASHA1', 5],
  ['DSA-NSEC3-SHA1', 6],
  ['RSASHA1-NSEC3-SHA1', 7],
  ['RSASHA256', 8],
  ['RSASHA512', 10],
  ['ECC-GOST', 12],
  ['ECDSAP256SHA256', 13],
  ['ECDSAP384SHA384', 14],
  ['ED25519', 15],
  ['ED448', 16],
  ['INDIRECT', 252],
  ['PRIVATEDNS', 253],
  ['PRIVATEOID', 254],
]);

/** RFC 4398 2.1. */
const CERTIFICATE_TYPES = new Map([
  ['PKIX', 1],
  ['SPKI', 2],
  ['PGP', 3],
  ['IPKIX', 4],
  ['ISPKI', 5],
  ['IPGP', 6],
  ['ACPKIX', 7],
  ['IACPKIX', 8],
  ['URI', 253],
  ['OID', 254],
]);

/** RFC 7218 2. */
const TLSA_USAGES = new Map([
  ['PKIX-TA', 0],
  ['PKIX-EE', 1],
  ['DANE-TA', 2],
  ['DANE-EE', 3],
  ['PRIVCERT', 255],
]);
const TLSA_SELECTORS = new Map([
  ['CERT', 0],
  ['SPKI', 1],
  ['PRIVSEL', 255],
]);
const TLSA_MATCHINGS = new Map([
  ['FULL', 0],
  ['SHA2-256', 1],
  ['SHA2-512', 2],
  ['PRIVMATCH', 255],
]);

/** RFC 9859 2.1. */
const DSYNC_SCHEMES = new Map([['NOTIFY', 1]]);

const TARGET = [nameField('target')];
const TEXTS = [stringsField('text')];
const PREFERRED_NAME = [uintField('preference', 2), nameField('exchange')];
const DELEGATION = [
  uintField('key-tag', 2),
  uintField('algorithm', 1, ALGORITHMS),
  uintField('digest-type', 1),
  hexField('digest'),
];
const KEY = [
  uintField('flags', 2),
  uintField('protocol', 1),
  uintField('algorithm', 1, ALGORITHMS),
  base64Field('public-key'),
];
const CERTIFICATE_ASSOCIATION = [
  uintField('usage', 1, TLSA_USAGES),
  uintField('selector', 1, TLSA_SELECTORS),
  uintField('matching-type', 1, TLSA_MATCHINGS),
  hexField('certificate-data'),
];
const LOCATOR_64 = [uintField('preference', 2), hexGroupsField('locator')];
const SERVICE_BINDING = [uintField('priority', 2), nameField('target'), SVC_PARAMS_FIELD];

const LAYOUTS = new Map<number, readonly RdataField[]>([
  [RRType.A, [addressField('address', 4)]],
  [RRType.NS, TARGET],
  [RRType.CNAME, TARGET],
  // RFC 1035 3.3.3 to 3.3.8: obsolete or experimental, and still in old zones.
  [RRType.MD, TARGET],
  [RRType.MF, TARGET],
  [RRType.MB, TARGET],
  [RRType.MG, TARGET],
  [RRType.MR, TARGET],
  [RRType.MINFO, [nameField('responsible-mailbox'), nameField('error-mailbox')]],
  [
    RRType.SOA,
    [
      nameField('mname'),
      nameField('rname'),
      uintField('serial', 4),
      durationField('refresh'),
      durationField('retry'),
      durationField('expire'),
      durationField('minimum'),
    ],
  ],
  [RRType.PTR, TARGET],
  [RRType.HINFO, [stringField('cpu'), stringField('os')]],
  [RRType.MX, PREFERRED_NAME],
  [RRType.TXT, TEXTS],
  [RRType.RP, [nameField('mailbox'), nameField('text-name')]],
  [RRType.AFSDB, [uintField('subtype', 2), nameField('host')]],
  [RRType.X25, [stringField('address')]],
  [RRType.ISDN, [stringsField('address [subaddress]', 2)]],
  [RRType.RT, PREFERRED_NAME],
  [RRType.NSAP, [nsapField('address')]],
  [RRType.KEY, KEY],
  [RRType.PX, [uintField('preference', 2), nameField('map822'), nameField('mapx400')]],
  [RRType.GPOS, [stringField('longitude'), stringField('latitude'), stringField('altitude')]],
  [RRType.AAAA, [addressField('address', 6)]],
  [RRType.LOC, [LOC_FIELD]],
  [RRType.SRV, [uintField('priority', 2), uintField('weight', 2), uintField('port', 2), nameField('target')]],
  [
    RRType.NAPTR,
    [
      uintField('order', 2),
      uintField('preference', 2),
      stringField('flags'),
      stringField('service'),
      stringField('regexp'),
      nameField('replacement'),
    ],
  ],
  [RRType.KX, PREFERRED_NAME],
  [
    RRType.CERT,
    [
      uintField('type', 2, CERTIFICATE_TYPES),
      uintField('key-tag', 2),
      uintField('algorithm', 1, ALGORITHMS),
      base64Field('certificate'),
    ],
  ],
  [RRType.DNAME, TARGET],
  [RRType.APL, [APL_FIELD]],
  [RRType.DS, DELEGATION],
  [RRType.SSHFP, [uintField('algorithm', 1), uintField('fingerprint-type', 1), hexField('fingerprint')]],
  [RRType.IPSECKEY, IPSECKEY_FIELDS],
  [RRType.DNSKEY, KEY],
  [RRType.DHCID, [base64Field('digest')]],
  [RRType.TLSA, CERTIFICATE_ASSOCIATION],
  [RRType.SMIMEA, CERTIFICATE_ASSOCIATION],
  [RRType.HIP, [HIP_FIELD]],
  [RRType.NINFO, TEXTS],
  [RRType.RKEY, KEY],
  [RRType.TALINK, [nameField('previous'), nameField('next')]],
  [RRType.CDS, DELEGATION],
  [RRType.CDNSKEY, KEY],
  [RRType.OPENPGPKEY, [base64Field('public-key')]],
  [RRType.CSYNC, [uintField('serial', 4), uintField('flags', 2), TYPE_BITMAP_FIELD]],
  [RRType.SVCB, SERVICE_BINDING],
  [RRType.HTTPS, SERVICE_BINDING],
  [RRType.DSYNC, [typeField('type'), uintField('scheme', 1, DSYNC_SCHEMES), uintField('port', 2), nameField('target')]],
  [RRType.SPF, TEXTS],
  // ILNP (RFC 6742).
  [RRType.NID, LOCATOR_64],
  [RRType.L32, [uintField('preference', 2), addressField('locator', 4)]],
  [RRType.L64, LOCATOR_64],
  [RRType.LP, PREFERRED_NAME],
  [RRType.EUI48, [euiField('address', 6)]],
  [RRType.EUI64, [euiField('address', 8)]],
  // RFC 7553 4.4: the target is never empty.
  [RRType.URI, [uintField('priority', 2), uintField('weight', 2), restTextField('target', 1)]],
  [RRType.CAA, [uintField('flags', 1), tagField('tag'), restTextField('value', 0)]],
  [RRType.AVC, TEXTS],
  [RRType.AMTRELAY, AMTRELAY_FIELDS],
  [RRType.RESINFO, TEXTS],
  [RRType.WALLET, TEXTS],
  [RRType.TA, DELEGATION],
  [RRType.DLV, DELEGATION],
]);

/** The fields of `type` in order, or null for an opaque type. */
export function rdataLayout(type: number): readonly RdataField[] | null {
  return LAYOUTS.get(type) ?? null;
}

/** A record type by its name, as DSYNC has it (RFC 9859 2.2); numbers alone are no name of one. */
function typeField(label: string): RdataField {
  return {
    label,
    parse: (from, out) => {
      const token = from.tokens[from.at];
      if (token === undefined) return `${label} is missing`;
      const type = typeCode(token.text);
      if (type < 0) return `${label} must be a record type like CDS, or TYPE65280, not ${quoteForFault(token.text)}`;
      from.at++;
      out.uint(type, 2);
      return null;
    },
    format: (from) => {
      const type = from.uint(2);
      return type < 0 ? null : typeName(type);
    },
  };
}

/** NSAP's address: `0x` and hex with dots anywhere (RFC 1706 7). */
function nsapField(label: string): RdataField {
  return {
    label,
    parse: (from, out) => {
      const text = from.tokens[from.at]?.text ?? '';
      const octets = /^0x/i.test(text) ? octetsFromHex(text.slice(2).replaceAll('.', '')) : null;
      if (octets === null || octets.length === 0) return `${label} must be 0x and hex digits, two an octet`;
      from.at++;
      out.octets(octets);
      return null;
    },
    format: (from) => (from.left < 1 ? null : `0x${hexFromOctets(from.octets(from.left)!)}`),
  };
}

/** CAA's tag: ASCII letters and digits behind an octet of length, never quoted (RFC 8659 4.1). */
function tagField(label: string): RdataField {
  const plain = stringField(label);
  return {
    label,
    parse: (from, out) => {
      const text = from.tokens[from.at]?.text;
      if (text !== undefined && !/^[A-Za-z0-9]+$/.test(text)) return `${label} must be letters and digits like issue`;
      return plain.parse(from, out);
    },
    format: (from) => {
      const text = plain.format(from);
      return text !== null && /^"[A-Za-z0-9]+"$/.test(text) ? text.slice(1, -1) : null;
    },
  };
}
