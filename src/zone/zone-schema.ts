/**
 * The JSON Schema of a zone file, for editors: made from the tables and definitions that also validate, so that what it completes is what
 * is accepted. It covers what can be said without Python's conversions; `meridian check` has the last word (pools that
 * are defined, rules in order, names).
 */

import { z } from 'zod';
import { listGeoCodes } from './geo-codes.ts';
import { MERIDIAN_BLOCK } from './meridian-block.ts';
import { type FieldRule, OBJECT_FIELDS } from './octodns-fields.ts';
import { OCTODNS_TYPES } from './octodns-values.ts';

type Schema = { readonly [key: string]: unknown };

const TTL_MAX = 2_147_483_647;
const ADDRESS_TYPES: Readonly<Record<string, Schema>> = {
  A: { type: 'string', format: 'ipv4' },
  AAAA: { type: 'string', format: 'ipv6' },
};
const SINGLE_TYPES = new Set(['ALIAS', 'CNAME', 'DNAME']);
const STEERED_TYPES = ['A', 'AAAA', 'CNAME', 'DNAME'];

/** The schema, a plain object ready for `JSON.stringify`. */
export function zoneJsonSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Meridian zone file',
    description:
      'An octoDNS zone file (YAML 1.1): names relative to the zone, each with one record or a list of records',
    type: ['object', 'null'],
    additionalProperties: {
      anyOf: [{ $ref: '#/$defs/record' }, { type: 'array', items: { $ref: '#/$defs/record' } }],
    },
    $defs: {
      record: recordSchema(),
      octodns: octodnsSchema(),
      meridian: meridianSchema(),
      rules: rulesSchema(),
    },
  };
}

function recordSchema(): Schema {
  return {
    type: 'object',
    required: ['type'],
    properties: {
      type: {
        anyOf: [
          { enum: [...OCTODNS_TYPES].sort() },
          {
            type: 'string',
            pattern: '^TYPE\\d{1,5}$',
            description: 'Any other type (RFC 3597), value: \\# LENGTH HEX',
          },
        ],
      },
      ttl: { type: 'integer', minimum: 0, maximum: TTL_MAX, description: 'Seconds; default 3600, steered records 30' },
      octodns: { $ref: '#/$defs/octodns' },
    },
    allOf: [...OCTODNS_TYPES].sort().map((type) => ({
      if: { required: ['type'], properties: { type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
      then: { properties: typeProperties(type) },
    })),
  };
}

function typeProperties(type: string): Schema {
  const value = valueSchema(type);
  const values = SINGLE_TYPES.has(type)
    ? { value }
    : {
        value: { anyOf: [value, { type: 'array', items: value }] },
        values: { anyOf: [value, { type: 'array', items: value }] },
      };
  if (!STEERED_TYPES.includes(type)) return values;
  return { ...values, dynamic: dynamicSchema(value) };
}

function valueSchema(type: string): Schema {
  if (ADDRESS_TYPES[type] !== undefined) return ADDRESS_TYPES[type];
  if (type === 'SVCB' || type === 'HTTPS') return svcbSchema();
  const fields = OBJECT_FIELDS[type];
  if (fields === undefined) return { type: 'string' };
  // MX may spell its fields the old way, DS too.
  const isAliased = type === 'MX' || type === 'DS';
  return {
    type: 'object',
    ...(isAliased
      ? {}
      : { required: fields.filter((rule) => !rule.zeroDefault || rule.tellMissing).map((rule) => rule.key) }),
    properties: Object.fromEntries(fields.map((rule) => [rule.key, fieldSchema(rule)])),
  };
}

function fieldSchema(rule: FieldRule): Schema {
  const { description } = rule;
  if (rule.choices !== undefined) return { enum: rule.choices, description };
  if (rule.kind === 'int' || rule.kind === 'float') {
    const bounds = {
      ...(rule.min === undefined ? {} : { minimum: rule.min }),
      ...(rule.max === undefined ? {} : { maximum: rule.max }),
    };
    return { type: rule.kind === 'int' ? 'integer' : 'number', ...bounds, description };
  }
  return { type: ['string', 'integer'], description };
}

function svcbSchema(): Schema {
  const list = { type: 'array', items: { type: 'string' } };
  return {
    type: 'object',
    required: ['svcpriority', 'targetname'],
    properties: {
      svcpriority: { type: 'integer', minimum: 0, maximum: 65_535, description: '0 is alias mode' },
      targetname: { type: 'string', description: 'Host, or "." for the owner itself' },
      svcparams: {
        type: 'object',
        properties: {
          mandatory: list,
          alpn: list,
          'no-default-alpn': { type: 'null' },
          port: { type: 'integer', minimum: 0, maximum: 65_535 },
          ipv4hint: { type: 'array', items: { type: 'string', format: 'ipv4' } },
          ipv6hint: { type: 'array', items: { type: 'string', format: 'ipv6' } },
          ech: { type: 'string' },
        },
        patternProperties: { '^key\\d{1,5}$': {} },
        additionalProperties: false,
      },
    },
  };
}

function dynamicSchema(value: Schema): Schema {
  const endpoint = {
    type: 'object',
    required: ['value'],
    properties: {
      value,
      weight: { type: 'integer', minimum: 1, maximum: 100, default: 1, description: 'Share inside the pool' },
      status: { enum: ['obey', 'up', 'down'], default: 'obey', description: 'obey: health decides' },
    },
  };
  const pool = {
    type: 'object',
    required: ['values'],
    properties: {
      fallback: { type: ['string', 'null'], description: 'Next pool when this one has nothing to offer' },
      values: { type: 'array', items: endpoint },
    },
  };
  return {
    type: 'object',
    required: ['pools', 'rules'],
    properties: {
      pools: { type: 'object', minProperties: 1, additionalProperties: pool },
      rules: { $ref: '#/$defs/rules' },
    },
  };
}

function rulesSchema(): Schema {
  return {
    type: 'array',
    minItems: 1,
    description: 'First match wins: subnets, then subnets with geos, then geos, then one rule with neither',
    items: {
      type: 'object',
      required: ['pool'],
      properties: {
        pool: { type: 'string' },
        geos: {
          type: 'array',
          items: { enum: listGeoCodes() },
          description: 'Continent, continent-country or continent-country-province',
        },
        subnets: { type: 'array', items: { type: 'string' }, description: 'Prefixes without host bits' },
      },
    },
  };
}

function octodnsSchema(): Schema {
  const names = { type: 'array', items: { type: 'string' } };
  return {
    type: 'object',
    properties: {
      excluded: names,
      included: names,
      ignored: { type: 'boolean' },
      lenient: { type: 'boolean', description: 'Faults of this record become warnings' },
      healthcheck: {
        type: 'object',
        properties: {
          protocol: { enum: ['HTTP', 'HTTPS', 'ICMP', 'TCP', 'UDP'], default: 'HTTPS' },
          host: {
            type: ['string', 'null'],
            description: "Host header and SNI; default the record's name, null the endpoint",
          },
          path: { type: 'string', default: '/_dns' },
          port: { type: 'integer', minimum: 1, maximum: 65_535, default: 443 },
        },
      },
      meridian: { $ref: '#/$defs/meridian' },
    },
  };
}

function meridianSchema(): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(MERIDIAN_BLOCK, { io: 'input' });
  return schema;
}
