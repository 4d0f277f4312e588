/**
 * The rules of a `dynamic` record by octoDNS's rules: their order (subnets, subnets with geos, geos, one default), their targets, and
 * that no place or network is spoken of twice. Networks are looked up by length, not compared one with each other, so
 * ten thousand rules cost no more than their number.
 */

import { formatIpPrefix, type IpPrefix, parseIpPrefix, prefixOf } from '../base/ip-prefix.ts';
import { RULES_MAX } from '../base/limits.ts';
import { type GeoFault, hasProvinces, parseGeoCode } from './geo-codes.ts';
import type { CheckedPools } from './octodns-pools.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isTruthyNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarText } from './yaml-scalar.ts';

const GEO_WORDS: Readonly<Record<GeoFault, string>> = {
  'invalid-code': 'invalid geo code',
  'unknown-continent': 'unknown continent code',
  'unknown-country': 'unknown country code',
  'unknown-province': 'unknown province code',
};

type Seen = {
  readonly pools: Set<string>;
  readonly geos: Map<string, number>;
  readonly geoLengths: Set<number>;
  /** Rule number by prefix key; lengths in use by family. */
  readonly subnets: Map<string, number>;
  readonly lengths: Readonly<Record<4 | 6, Set<number>>>;
  hasDefault: boolean;
};

/** Checks `rules` (undefined: not there) against what is known of the pools, and tells of pools that nothing uses. */
export function checkRules(
  scope: RecordScope,
  rules: YamlNode | undefined,
  pools: YamlNode | undefined,
  checked: CheckedPools,
  dynamic: YamlNode,
): void {
  const seen: Seen = {
    pools: new Set(),
    geos: new Map(),
    geoLengths: new Set(),
    subnets: new Map(),
    lengths: { 4: new Set(), 6: new Set() },
    hasDefault: false,
  };
  if (rules !== undefined && rules.kind !== 'seq') {
    // Python makes a list of a mapping's keys or of a text's letters, and dies of what it finds in it.
    const say = isTruthyNode(rules) && (rules.kind === 'map' || textOf(rules) !== null) ? kill : tell;
    say(scope, 'rules-not-list', 'rules must be a list', rules);
  } else if (rules === undefined || rules.items.length === 0) {
    tell(scope, 'rules-missing', 'missing rules', rules ?? dynamic);
  } else if (rules.items.length > RULES_MAX) {
    kill(scope, 'rules-too-many', `${rules.items.length} rules, RULES_MAX = ${RULES_MAX}`, rules);
  } else {
    checkEachRule(scope, rules.items, pools, seen);
  }
  const unused = [...checked.existing].filter((name) => !seen.pools.has(name) && !checked.fallbacks.has(name)).sort();
  if (unused.length > 0) {
    const at = pools?.kind === 'map' ? pools.entries.get(unused[0]!)?.key : undefined;
    tell(scope, 'pools-unused', `unused pools: "${unused.slice(0, 100).join('", "')}"`, at);
  }
}

/** The network that a `subnets` entry names, as Python's `ip_network` reads it, or null. A whole number is an address. */
export function subnetOf(node: YamlNode): IpPrefix | null {
  if (node.kind !== 'scalar') return null;
  const { scalar } = node;
  const isNumber = scalar.type === 'int' || scalar.type === 'bool';
  const prefix = parseIpPrefix(isNumber ? integerAddress(BigInt(scalar.value)) : scalarText(scalar));
  return typeof prefix === 'string' ? null : prefix;
}

function checkEachRule(scope: RecordScope, rules: readonly YamlNode[], pools: YamlNode | undefined, seen: Seen): void {
  let previous: YamlMap | null = null;
  for (const [i, rule] of rules.entries()) {
    if (rule.kind !== 'map') {
      kill(scope, 'rule-not-map', `rule ${i + 1} must be a mapping with a pool`, rule);
      previous = null;
      continue;
    }
    checkRule(scope, rule, i + 1, previous, pools, seen);
    previous = rule;
  }
  const last = rules.at(-1)!;
  if (last.kind === 'map' && (isTruthyField(last, 'subnets') || isTruthyField(last, 'geos'))) {
    tell(scope, 'rules-no-catchall', 'final rule has "subnets" and/or "geos" and is not catchall', last);
  }
}

function checkRule(
  scope: RecordScope,
  rule: YamlMap,
  number: number,
  previous: YamlMap | null,
  pools: YamlNode | undefined,
  seen: Seen,
): void {
  const poolNode = fieldOf(rule, 'pool');
  if (poolNode === undefined) {
    tell(scope, 'rule-pool-missing', `rule ${number} missing pool`, rule);
    return;
  }
  const hasSubnets = isTruthyField(rule, 'subnets');
  const hasGeos = isTruthyField(rule, 'geos');
  const pool = textOf(poolNode);
  if (pool === null) {
    tell(scope, 'rule-pool-invalid', `rule ${number} invalid pool "${pythonText(poolNode)}"`, poolNode);
  } else {
    checkRulePool(scope, pool, poolNode, number, hasSubnets || hasGeos, pools, seen);
  }
  if (previous !== null && hasSubnets) checkOrder(scope, rule, number, previous, hasGeos);
  if (!hasSubnets && !hasGeos) {
    if (seen.hasDefault) tell(scope, 'rule-duplicate-default', `rule ${number} duplicate default`, rule);
    seen.hasDefault = true;
  }
  checkSubnets(scope, fieldOf(rule, 'subnets'), number, seen);
  checkGeos(scope, fieldOf(rule, 'geos'), number, seen);
}

function checkRulePool(
  scope: RecordScope,
  pool: string,
  at: YamlNode,
  number: number,
  isTargeted: boolean,
  pools: YamlNode | undefined,
  seen: Seen,
): void {
  const defined = isDefinedPool(pools, pool);
  if (defined === null) kill(scope, 'pools-not-map', 'pools must be a dict to be used by rules', at);
  else if (!defined) tell(scope, 'rule-pool-undefined', `rule ${number} undefined pool "${pool}"`, at);
  else if (seen.pools.has(pool) && isTargeted) {
    tell(scope, 'rule-pool-reused', `rule ${number} invalid, target pool "${pool}" reused`, at);
  }
  seen.pools.add(pool);
}

/** Python's `in`: keys of a mapping, items of a list, a part of a text; null where it would raise. */
function isDefinedPool(pools: YamlNode | undefined, name: string): boolean | null {
  if (pools === undefined) return false;
  if (pools.kind === 'map') return pools.entries.has(name);
  if (pools.kind === 'seq') return pools.items.some((item) => textOf(item) === name);
  return textOf(pools)?.includes(name) ?? null;
}

/** Order is told against the rule just before. */
function checkOrder(scope: RecordScope, rule: YamlMap, number: number, previous: YamlMap, hasGeos: boolean): void {
  if (!isTruthyField(previous, 'geos')) return;
  if (!hasGeos) {
    const message = `rule ${number} with only subnet targeting should appear before all geo targeting rules`;
    tell(scope, 'rule-order', message, rule);
  } else if (!isTruthyField(previous, 'subnets')) {
    tell(scope, 'rule-order', `rule ${number} with subnet(s) and geo(s) should appear before all geo-only rules`, rule);
  }
}

function checkSubnets(scope: RecordScope, node: YamlNode | undefined, number: number, seen: Seen): void {
  if (node === undefined) return;
  if (node.kind !== 'seq') {
    tell(scope, 'rule-subnets-not-list', `rule ${number} subnets must be a list`, node);
    return;
  }
  const networks: { prefix: IpPrefix; at: YamlNode }[] = [];
  for (const at of node.items) {
    const prefix = subnetOf(at);
    if (prefix === null) tell(scope, 'rule-subnet-invalid', `rule ${number} invalid subnet "${pythonText(at)}"`, at);
    else networks.push({ prefix, at });
  }
  // Widest first, so that a network inside another of the same rule is the one told of.
  networks.sort((a, b) => a.prefix.length - b.prefix.length);
  for (const { prefix, at } of networks) {
    const lengths = seen.lengths[prefix.family];
    for (const length of lengths) {
      if (length > prefix.length) continue;
      const wider = prefixOf(prefix, length);
      const where = seen.subnets.get(prefixKey(wider));
      if (where === undefined) continue;
      const told = `rule ${number} targets subnet ${formatIpPrefix(prefix)} which`;
      if (length === prefix.length) {
        tell(scope, 'rule-subnet-seen', `${told} has previously been seen in rule ${where}`, at);
      } else {
        const message = `${told} is more specific than the previously seen ${formatIpPrefix(wider)} in rule ${where}`;
        tell(scope, 'rule-subnet-covered', message, at);
      }
    }
    lengths.add(prefix.length);
    seen.subnets.set(prefixKey(prefix), number);
  }
}

function checkGeos(scope: RecordScope, node: YamlNode | undefined, number: number, seen: Seen): void {
  if (node === undefined) return;
  if (node.kind !== 'seq') {
    tell(scope, 'rule-geos-not-list', `rule ${number} geos must be a list`, node);
    return;
  }
  const geos: { code: string; at: YamlNode }[] = [];
  for (const at of node.items) {
    const code = textOf(at);
    if (code === null)
      kill(scope, 'rule-geo-invalid', `rule ${number} geo ${pythonText(at)} is not a text: quote it`, at);
    else geos.push({ code, at });
  }
  geos.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
  for (const { code, at } of geos) {
    const place = parseGeoCode(code);
    if (typeof place === 'string') {
      const shown = code.slice(0, 200);
      // octoDNS dies of a province where the country has none; nothing excuses that.
      const say = place === 'unknown-province' && !hasProvinces(code.split('-', 2)[1]!) ? kill : tell;
      say(scope, `rule-geo-${place}`, `rule ${number} ${GEO_WORDS[place]} "${shown}"`, at);
    }
    tellSeenGeo(scope, code, at, number, seen);
    seen.geos.set(code, number);
    seen.geoLengths.add(code.length);
  }
}

/** A code that an earlier one covers: octoDNS compares them as texts, so `NA` covers `NA-US`. */
function tellSeenGeo(scope: RecordScope, code: string, at: YamlNode, number: number, seen: Seen): void {
  for (const length of seen.geoLengths) {
    if (length > code.length) continue;
    const wider = code.slice(0, length);
    const where = seen.geos.get(wider);
    if (where === undefined) continue;
    if (length === code.length) {
      tell(
        scope,
        'rule-geo-seen',
        `rule ${number} targets geo ${code} which has previously been seen in rule ${where}`,
        at,
      );
    } else {
      const message = `rule ${number} targets geo ${code} which is more specific than the previously seen ${wider} in rule ${where}`;
      tell(scope, 'rule-geo-covered', message, at);
    }
  }
}

function isTruthyField(map: YamlMap, key: string): boolean {
  const node = fieldOf(map, key);
  return node !== undefined && isTruthyNode(node);
}

function prefixKey(prefix: IpPrefix): string {
  return `${prefix.family}/${prefix.length}/${prefix.words.join()}`;
}

/** Text form of an address given as a number; what is out of range becomes a text that is none. */
function integerAddress(value: bigint): string {
  if (value < 0n || value >= 1n << 128n) return '';
  const bytes = value < 1n << 32n ? 4 : 16;
  const part = (bits: bigint, index: number, count: number) =>
    (value >> (bits * BigInt(count - 1 - index))) & ((1n << bits) - 1n);
  return bytes === 4
    ? [0, 1, 2, 3].map((i) => part(8n, i, 4)).join('.')
    : [0, 1, 2, 3, 4, 5, 6, 7].map((i) => part(16n, i, 8).toString(16)).join(':');
}
