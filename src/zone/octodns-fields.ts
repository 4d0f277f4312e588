/**
 * The record types whose value is a mapping, as tables of fields: what octoDNS 1.22 demands of each (its default validators),
 * in its words. The same tables make the published JSON Schema, so the two cannot drift apart.
 *
 * Read by `octodns-values.ts` (checking) and `zone-schema.ts` (publishing).
 */

import { checkTarget } from './octodns-target.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isTruthyNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarToFloat, scalarToInt } from './yaml-scalar.ts';

/** One field of a value. */
export type FieldRule = {
  readonly key: string;
  /** `text`: anything will do as long as it is there. `filled`: a text that is not empty. */
  readonly kind: 'int' | 'float' | 'text' | 'filled' | 'target' | 'choice';
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly (number | string)[];
  /** A missing number counts as 0. */
  readonly zeroDefault?: boolean;
  /** With `zeroDefault`: octoDNS tells of the absence all the same. */
  readonly tellMissing?: boolean;
  /** octoDNS's word for the field, where it is not the key. */
  readonly label?: string;
  /** What precedes the value when it is out of bounds; default `invalid LABEL`. */
  readonly outside?: string;
  readonly description: string;
};

const number = (key: string, description: string): FieldRule => ({ key, kind: 'int', description });
const text = (key: string, description: string): FieldRule => ({ key, kind: 'text', description });
const bounded = (
  key: string,
  min: number,
  max: number,
  description: string,
  more: Partial<FieldRule> = {},
): FieldRule => ({
  key,
  kind: 'int',
  min,
  max,
  description,
  ...more,
});
const oneOf = (key: string, choices: readonly number[], label: string, description: string): FieldRule => ({
  key,
  kind: 'int',
  choices,
  label,
  outside: `unrecognized ${label}`,
  description,
});
const angle = (key: string, kind: 'int' | 'float', min: number, max: number, description: string): FieldRule => ({
  key,
  kind,
  min,
  max,
  outside: `invalid value for ${key}`,
  description,
});
const compass = (key: string, choices: readonly string[]): FieldRule => ({
  key,
  kind: 'choice',
  choices,
  outside: `invalid direction for ${key}`,
  description: `${choices.join(' or ')}`,
});

/** The fields of each type, in octoDNS's order. MX is checked by hand for its older spellings. */
export const OBJECT_FIELDS: Readonly<Record<string, readonly FieldRule[]>> = {
  CAA: [
    bounded('flags', 0, 255, 'Issuer critical flag: 0 or 128', { zeroDefault: true }),
    text('tag', 'issue, issuewild, iodef …'),
    text('value', 'Who may issue'),
  ],
  DS: [
    number('key_tag', 'Key tag of the DNSKEY'),
    number('algorithm', 'DNSSEC algorithm'),
    number('digest_type', '1 SHA-1, 2 SHA-256, 4 SHA-384'),
    text('digest', 'Hexadecimal digest'),
  ],
  LOC: [
    angle('lat_degrees', 'int', 0, 90, 'Degrees of latitude'),
    angle('lat_minutes', 'int', 0, 59, 'Minutes of latitude'),
    angle('long_degrees', 'int', 0, 180, 'Degrees of longitude'),
    angle('long_minutes', 'int', 0, 59, 'Minutes of longitude'),
    angle('lat_seconds', 'float', 0, 59.999, 'Seconds of latitude'),
    angle('long_seconds', 'float', 0, 59.999, 'Seconds of longitude'),
    angle('altitude', 'float', -100_000, 42_849_672.95, 'Metres above the ellipsoid'),
    angle('size', 'float', 0, 90_000_000, 'Diameter in metres'),
    angle('precision_horz', 'float', 0, 90_000_000, 'Metres'),
    angle('precision_vert', 'float', 0, 90_000_000, 'Metres'),
    compass('lat_direction', ['N', 'S']),
    compass('long_direction', ['E', 'W']),
  ],
  MX: [number('preference', 'Lower is tried first'), { key: 'exchange', kind: 'target', description: 'Mail host' }],
  NAPTR: [
    number('order', 'Lower is used first'),
    number('preference', 'Among equal orders'),
    {
      key: 'flags',
      kind: 'choice',
      choices: ['S', 'A', 'U', 'P', 's', 'a', 'u', 'p'],
      outside: 'unrecognized flags',
      description: 'What the result is',
    },
    text('service', 'Service and protocol'),
    text('regexp', 'Substitution, as in a master file'),
    text('replacement', 'Next name'),
  ],
  SRV: [
    number('priority', 'Lower is tried first'),
    number('weight', 'Share among equal priorities'),
    number('port', 'Port of the service'),
    { key: 'target', kind: 'target', description: 'Host of the service; "." for none' },
  ],
  SSHFP: [
    oneOf('algorithm', [1, 2, 3, 4], 'algorithm', '1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519'),
    oneOf('fingerprint_type', [1, 2], 'fingerprint_type', '1 SHA-1, 2 SHA-256'),
    text('fingerprint', 'Hexadecimal fingerprint'),
  ],
  TLSA: [
    bounded('certificate_usage', 0, 3, 'RFC 6698 2.1.1', { zeroDefault: true, tellMissing: true }),
    bounded('selector', 0, 1, 'RFC 6698 2.1.2', { zeroDefault: true, tellMissing: true }),
    bounded('matching_type', 0, 2, 'RFC 6698 2.1.3', { zeroDefault: true, tellMissing: true }),
    text('certificate_association_data', 'Hexadecimal data'),
  ],
  URI: [
    number('priority', 'Lower is tried first'),
    number('weight', 'Share among equal priorities'),
    { key: 'target', kind: 'filled', description: 'URI' },
  ],
  URLFWD: [
    oneOf('code', [301, 302], 'return code', 'HTTP status'),
    oneOf('masking', [0, 1, 2], 'masking setting', 'How the target is shown'),
    oneOf('query', [0, 1], 'query setting', 'Whether the query string is kept'),
    text('path', 'Path forwarded'),
    text('target', 'Where to'),
  ],
};

/** DS as it was spelled before octoDNS 1.0. */
export const OLD_DS_FIELDS: readonly FieldRule[] = [
  number('flags', 'Key tag'),
  number('protocol', 'DNSSEC algorithm'),
  number('algorithm', 'Digest type'),
  text('public_key', 'Hexadecimal digest'),
];

/** Checks `map` against `rules`; every fault is told of `scope`. */
export function checkFields(scope: RecordScope, map: YamlMap, rules: readonly FieldRule[], type: string): void {
  for (const rule of rules) {
    const node = fieldOf(map, rule.key);
    if (rule.kind === 'target') {
      checkTarget(scope, node, type, rule.key, map);
    } else if (node === undefined) {
      if (!rule.zeroDefault) kill(scope, 'field-missing', `missing ${rule.key}`, map);
      else if (rule.tellMissing) tell(scope, 'field-missing', `missing ${rule.key}`, map);
    } else {
      checkField(scope, node, rule);
    }
  }
}

/** A number field as Python's `int()` takes it: told under `label` when it is none. */
export function checkInt(scope: RecordScope, node: YamlNode, label: string): number | null {
  const value = node.kind === 'scalar' ? scalarToInt(node.scalar) : 'type';
  if (typeof value === 'number') return value;
  kill(scope, 'field-invalid', `invalid ${label} "${pythonText(node)}"`, node);
  return null;
}

function checkField(scope: RecordScope, node: YamlNode, rule: FieldRule): void {
  switch (rule.kind) {
    case 'int':
    case 'float': {
      const value =
        rule.kind === 'int' ? checkInt(scope, node, rule.label ?? rule.key) : checkFloat(scope, node, rule.key);
      if (value !== null && !isInside(value, rule)) tellOutside(scope, node, rule, value);
      return;
    }
    case 'choice': {
      const value = textOf(node);
      if (value !== null && rule.choices!.includes(value)) return;
      const say = value === null ? kill : tell;
      say(scope, 'field-range', `${rule.outside} "${pythonText(node)}"`, node);
      return;
    }
    case 'filled':
      if (!isTruthyNode(node)) tell(scope, 'field-missing', `missing ${rule.key}`, node);
      else if (textOf(node) === null)
        kill(scope, 'field-invalid', `${rule.key} ${pythonText(node)} is not a text`, node);
      return;
    default:
      return;
  }
}

function checkFloat(scope: RecordScope, node: YamlNode, key: string): number | null {
  const value = node.kind === 'scalar' ? scalarToFloat(node.scalar) : 'type';
  if (typeof value === 'number') return value;
  kill(scope, 'field-invalid', `invalid ${key} "${pythonText(node)}"`, node);
  return null;
}

function isInside(value: number, rule: FieldRule): boolean {
  if (rule.choices !== undefined) return rule.choices.includes(value);
  if (rule.min === undefined || rule.max === undefined) return true;
  return value >= rule.min && value <= rule.max;
}

function tellOutside(scope: RecordScope, node: YamlNode, rule: FieldRule, value: number): void {
  // octoDNS shows a LOC value as written, every other as the number it took it for.
  const shown = rule.outside?.startsWith('invalid value') ? pythonText(node) : String(value);
  tell(scope, 'field-range', `${rule.outside ?? `invalid ${rule.key}`} "${shown}"`, node);
}
