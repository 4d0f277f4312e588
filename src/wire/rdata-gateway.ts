/**
 * IPSECKEY (RFC 4025) and AMTRELAY (RFC 8777): a type octet says whether the gateway behind it is nothing, an address or a name.
 *
 *     IPSECKEY   precedence (1) | gateway type (1) | algorithm (1) | gateway | public key
 *     AMTRELAY   precedence (1) | discovery optional (1 bit), relay type (7 bits) | relay
 */

import { addressField, base64Field, nameField, type RdataField, uintField } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import type { TokenCursor } from './rdata-token.ts';

/** Where the type of the gateway stands in the RDATA, and the algorithm of IPSECKEY's key. */
const TYPE_AT = 1;
const ALGORITHM_AT = 2;

/** The gateway's form by its type. */
const GATEWAYS: readonly ((label: string) => RdataField)[] = [
  noGateway,
  (label) => addressField(label, 4),
  (label) => addressField(label, 6),
  nameField,
];
const BAD_TYPE = 'the type must be 0 for none, 1 for an IPv4 address, 2 for an IPv6 address or 3 for a name';

/** The fields of IPSECKEY. */
export const IPSECKEY_FIELDS: readonly RdataField[] = [
  uintField('precedence', 1),
  uintField('gateway-type', 1),
  uintField('algorithm', 1),
  gatewayField('gateway', 0xff),
  keyField('public-key'),
];

/** The fields of AMTRELAY. */
export const AMTRELAY_FIELDS: readonly RdataField[] = [
  uintField('precedence', 1),
  relayTypeField(),
  gatewayField('relay', 0x7f),
];

/** `mask`: the bits of the octet at {@link TYPE_AT} that hold the type. */
function gatewayField(label: string, mask: number): RdataField {
  const fields = GATEWAYS.map((make) => make(label));
  return {
    label,
    parse: (from, out) => fields[out.bytes[TYPE_AT]! & mask]?.parse(from, out) ?? faultOfType(out, mask),
    format: (from) => fields[from.bytes[from.begin + TYPE_AT]! & mask]?.format(from) ?? null,
  };
}

function faultOfType(out: OctetWriter, mask: number): string | null {
  return (out.bytes[TYPE_AT]! & mask) < GATEWAYS.length ? null : BAD_TYPE;
}

/** Nothing on the wire, and a dot in text. */
function noGateway(label: string): RdataField {
  return {
    label,
    parse: (from) => {
      const token = from.tokens[from.at];
      if (token === undefined) return `${label} is missing`;
      if (token.text !== '.') return `${label} of type 0 is nothing, and is written as a dot`;
      from.at++;
      return null;
    },
    format: () => '.',
  };
}

/** RFC 4025 2.5: there is no key exactly when the algorithm is 0. */
function keyField(label: string): RdataField {
  const key = base64Field(label);
  return {
    label,
    parse: (from, out) => {
      if (out.bytes[ALGORITHM_AT] !== 0) return key.parse(from, out);
      return from.at < from.tokens.length ? `algorithm 0 says that there is no ${label}: take it out` : null;
    },
    format: (from) => (from.bytes[from.begin + ALGORITHM_AT] === 0 ? '' : key.format(from)),
  };
}

/** The bit and the type of an AMT relay: two words, one octet. */
function relayTypeField(): RdataField {
  return {
    label: 'discovery-optional type',
    parse: (from: TokenCursor, out: OctetWriter) => {
      const bit = from.tokens[from.at]?.text;
      if (bit === undefined) return 'discovery-optional is missing';
      if (bit !== '0' && bit !== '1') return 'discovery-optional must be 0 or 1';
      const type = from.tokens[++from.at]?.text;
      if (type === undefined) return 'type is missing';
      if (!/^[0-3]$/.test(type)) return BAD_TYPE;
      from.at++;
      out.uint((Number(bit) << 7) | Number(type), 1);
      return null;
    },
    format: (from: OctetReader) => {
      const octet = from.uint(1);
      return octet < 0 ? null : `${octet >> 7} ${octet & 0x7f}`;
    },
  };
}
