/** Which fields each record type is made of. A type without an entry is opaque: it is written and printed as RFC 3597 says. */

import { RRType } from './codes.ts';
import {
  addressField,
  base64Field,
  durationField,
  euiField,
  hexField,
  nameField,
  type RdataField,
  restTextField,
  stringField,
  stringsField,
  uintField,
} from './rdata-field.ts';
import { LOC_FIELD } from './rdata-loc.ts';
import { SVC_PARAMS_FIELD } from './rdata-svcb.ts';

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
const SERVICE_BINDING = [uintField('priority', 2), nameField('target'), SVC_PARAMS_FIELD];

const LAYOUTS = new Map<number, readonly RdataField[]>([
  [RRType.A, [addressField('address', 4)]],
  [RRType.NS, TARGET],
  [RRType.CNAME, TARGET],
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
  [RRType.DS, DELEGATION],
  [RRType.SSHFP, [uintField('algorithm', 1), uintField('fingerprint-type', 1), hexField('fingerprint')]],
  [RRType.DNSKEY, KEY],
  [RRType.DHCID, [base64Field('digest')]],
  [RRType.TLSA, CERTIFICATE_ASSOCIATION],
  [RRType.SMIMEA, CERTIFICATE_ASSOCIATION],
  [RRType.CDS, DELEGATION],
  [RRType.CDNSKEY, KEY],
  [RRType.OPENPGPKEY, [base64Field('public-key')]],
  [RRType.SVCB, SERVICE_BINDING],
  [RRType.HTTPS, SERVICE_BINDING],
  [RRType.SPF, TEXTS],
  [RRType.EUI48, [euiField('address', 6)]],
  [RRType.EUI64, [euiField('address', 8)]],
  // RFC 7553 4.4: the target is never empty.
  [RRType.URI, [uintField('priority', 2), uintField('weight', 2), restTextField('target', 1)]],
  [RRType.CAA, [uintField('flags', 1), tagField('tag'), restTextField('value', 0)]],
]);

/** The fields of `type` in order, or null for an opaque type. */
export function rdataLayout(type: number): readonly RdataField[] | null {
  return LAYOUTS.get(type) ?? null;
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
