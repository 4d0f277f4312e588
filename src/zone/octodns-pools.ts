/**
 * The pools of a `dynamic` record by octoDNS's rules: every fault it would tell, in its words, a loop once per pool that meets it.
 */

import { POOL_ENDPOINTS_MAX, POOLS_MAX } from '../base/limits.ts';
import { checkTarget } from './octodns-target.ts';
import { checkAddress } from './octodns-values.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isNullNode, isTruthyNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarToInt } from './yaml-scalar.ts';

/** What the rules must know of the pools: those that hold values, and those some other pool falls back to. */
export type CheckedPools = { readonly existing: ReadonlySet<string>; readonly fallbacks: ReadonlySet<string> };

const STATUSES = new Set(['up', 'down', 'obey']);
const WEIGHT_MAX = 100;

/** Checks `pools`; undefined: the key is not there. */
export function checkPools(
  scope: RecordScope,
  pools: YamlNode | undefined,
  type: string,
  dynamic: YamlNode,
): CheckedPools {
  const existing = new Set<string>();
  const fallbacks = new Set<string>();
  if (pools !== undefined && pools.kind !== 'map') {
    tell(scope, 'pools-not-map', 'pools must be a dict', pools);
    return { existing, fallbacks };
  }
  if (pools === undefined || pools.entries.size === 0) {
    tell(scope, 'pools-missing', 'missing pools', pools ?? dynamic);
    return { existing, fallbacks };
  }
  if (pools.entries.size > POOLS_MAX) {
    kill(scope, 'pools-too-many', `${pools.entries.size} pools, POOLS_MAX = ${POOLS_MAX}`, pools);
    return { existing, fallbacks };
  }
  for (const { key, value: pool } of pools.entries.values()) {
    const name = textOf(key);
    if (name === null) {
      kill(scope, 'pool-name', `pool name ${pythonText(key)} is not a text: quote it`, key);
    } else if (pool.kind !== 'map') {
      kill(scope, 'pool-not-map', `pool "${name}" must be a dict`, isNullNode(pool) ? key : pool);
    } else if (fieldOf(pool, 'values') === undefined) {
      kill(scope, 'pool-values-missing', `pool "${name}" is missing values`, pool);
    } else {
      existing.add(name);
      checkPoolValues(scope, name, fieldOf(pool, 'values')!, type);
      checkFallback(scope, name, pool, pools, fallbacks);
      checkLoop(scope, name, pools);
    }
  }
  return { existing, fallbacks };
}

/** The text of a pool's `fallback`, or null for none; `default` is none once it names a pool. */
export function fallbackOf(pool: YamlMap): string | null {
  const node = fieldOf(pool, 'fallback');
  return node === undefined ? null : textOf(node);
}

function checkPoolValues(scope: RecordScope, pool: string, values: YamlNode, type: string): void {
  if (values.kind !== 'seq') {
    const iteratesToNothing = isTruthyNode(values) === false && (values.kind === 'map' || textOf(values) === '');
    if (!iteratesToNothing) kill(scope, 'pool-values-not-list', `values of pool "${pool}" must be a list`, values);
    return;
  }
  if (values.items.length > POOL_ENDPOINTS_MAX) {
    const message = `pool "${pool}" has ${values.items.length} values, POOL_ENDPOINTS_MAX = ${POOL_ENDPOINTS_MAX}`;
    kill(scope, 'pool-values-too-many', message, values);
    return;
  }
  for (const [i, value] of values.items.entries()) {
    if (value.kind === 'map') checkPoolValue(scope, `in pool "${pool}" value ${i + 1}`, value, type);
    else kill(scope, 'pool-value-not-map', `pool "${pool}" value ${i + 1} must be a mapping with a value`, value);
  }
  const only = values.items.length === 1 ? values.items[0]! : null;
  const weight = only?.kind === 'map' ? fieldOf(only, 'weight') : undefined;
  if (weight !== undefined && !isPythonOne(weight)) {
    tell(scope, 'pool-single-weight', `pool "${pool}" has single value with weight!=1`, weight);
  }
}

function checkPoolValue(scope: RecordScope, where: string, entry: YamlMap, type: string): void {
  const weight = fieldOf(entry, 'weight');
  if (weight !== undefined) {
    const number = weight.kind === 'scalar' ? scalarToInt(weight.scalar) : 'type';
    if (number === 'value') tell(scope, 'weight-invalid', `invalid weight "${pythonText(weight)}" ${where}`, weight);
    else if (typeof number === 'string')
      kill(scope, 'weight-invalid', `invalid weight "${pythonText(weight)}" ${where}`, weight);
    else if (number < 1 || number > WEIGHT_MAX)
      tell(scope, 'weight-invalid', `invalid weight "${number}" ${where}`, weight);
  }
  const status = fieldOf(entry, 'status');
  if (status !== undefined && !STATUSES.has(textOf(status) ?? '')) {
    tell(scope, 'status-invalid', `invalid status "${pythonText(status)}" ${where}`, status);
  }
  const value = fieldOf(entry, 'value');
  if (value === undefined) kill(scope, 'pool-value-missing', `missing value ${where}`, entry);
  else if (type === 'A' || type === 'AAAA') checkAddress(scope, value, type);
  else checkTarget(scope, value, type, 'value', entry);
}

function checkFallback(scope: RecordScope, name: string, pool: YamlMap, pools: YamlMap, fallbacks: Set<string>): void {
  const node = fieldOf(pool, 'fallback');
  if (node === undefined || isNullNode(node)) return;
  const fallback = textOf(node);
  if (fallback !== null && pools.entries.has(fallback)) fallbacks.add(fallback);
  else {
    const say = node.kind === 'scalar' ? tell : kill;
    say(scope, 'fallback-undefined', `undefined fallback "${pythonText(node)}" for pool "${name}"`, node);
  }
}

/** Follows the fallbacks of `name` until they end or come round. */
function checkLoop(scope: RecordScope, name: string, pools: YamlMap): void {
  const fallbackIn = (pool: string): string | null => {
    const node = pools.entries.get(pool)?.value;
    return node?.kind === 'map' ? fallbackOf(node) : null;
  };
  let fallback = fallbackIn(name);
  if (fallback === null) return;
  const seen = new Set([name]);
  const path = [name, fallback];
  seen.add(fallback);
  while (fallback !== null) {
    fallback = fallbackIn(fallback);
    if (fallback !== null && seen.has(fallback)) {
      const node = pools.entries.get(name)!.value;
      const shown = path.length > 50 ? [...path.slice(0, 50), '…'] : path;
      tell(
        scope,
        'pool-fallback-loop',
        `loop in pool fallbacks: ${shown.join(' -> ')}`,
        node.kind === 'map' ? fieldOf(node, 'fallback') : node,
      );
      return;
    }
    if (fallback !== null) {
      path.push(fallback);
      seen.add(fallback);
    }
  }
}

/** Equal to 1 as Python compares: `1`, `1.0` and `yes`, not `'1'`. */
function isPythonOne(node: YamlNode): boolean {
  if (node.kind !== 'scalar') return false;
  const { scalar } = node;
  if (scalar.type === 'bool') return scalar.value;
  return (scalar.type === 'int' || scalar.type === 'float') && Number(scalar.value) === 1;
}
