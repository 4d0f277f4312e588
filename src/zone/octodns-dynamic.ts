/**
 * `dynamic` records: checked by octoDNS's rules, then made into a {@link DynamicModel} with its pools, rules, steering and the check of
 * every endpoint. Endpoints that no server could answer with (an address as the target of a CNAME) are left out with a warning.
 */

import { isMetadataAddress } from '../base/metadata-address.ts';
import { parseGeoCode } from './geo-codes.ts';
import { type MeridianBlock, meridianNode } from './meridian-block.ts';
import { meridianHealthcheck, misplacedKeys } from './meridian-healthcheck.ts';
import { steeringOf } from './meridian-steering.ts';
import { type CheckPlan, checkOfEndpoint, planCheck } from './octodns-healthcheck.ts';
import { checkPools, fallbackOf } from './octodns-pools.ts';
import { checkRules, subnetOf } from './octodns-rules.ts';
import { steeredText, valueNodes } from './octodns-values.ts';
import { kill, note, type RecordScope, remarksOn, tell } from './record-scope.ts';
import { fieldOf, placeOfNode, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarToInt } from './yaml-scalar.ts';
import type { DynamicModel, EndpointModel, EndpointStatus, PoolModel, RuleModel } from './zone-model.ts';

/** A steered type. octoDNS allows `dynamic` on DNAME too, which is served by its `value` here. */
export type SteeredType = DynamicModel['type'];

const WEIGHT_MAX = 100;

/** Checks the `dynamic` key of a record; returns the names of its pools for the `meridian:` block. */
export function checkDynamic(scope: RecordScope, map: YamlMap, type: string): ReadonlySet<string> {
  const dynamic = fieldOf(map, 'dynamic')!;
  if (map.entries.has('geo'))
    tell(scope, 'dynamic-with-geo', '"dynamic" record with "geo" content', fieldOf(map, 'geo'));
  if (dynamic.kind !== 'map') {
    kill(scope, 'dynamic-not-map', 'dynamic must be a mapping with pools and rules', dynamic);
    return new Set();
  }
  const pools = fieldOf(dynamic, 'pools');
  const checked = checkPools(scope, pools, type, dynamic);
  checkRules(scope, fieldOf(dynamic, 'rules'), pools, checked, dynamic);
  return checked.existing;
}

/** What a record is built from besides its node. */
export type DynamicContext = {
  /** Wire name, and its text with the final dot. */
  readonly owner: Uint8Array;
  readonly fqdn: string;
  readonly ttlSeconds: number;
  /** Whether endpoints may be checked where clouds keep credentials. */
  readonly metadataTargets: boolean;
  /** What has been built from each node without a word about it: a YAML alias repeats it under another name at little cost. */
  readonly known: Map<YamlMap, KnownDynamic>;
};

/** A record built before, and the host that its checks ask for, which may follow from its name. */
export type KnownDynamic = { readonly host: string | null; readonly model: DynamicModel };

/**
 * The model of a checked record; null when it is lenient and so broken that nothing steers. What leniency excuses is mended: fallbacks
 * that lead nowhere or in a circle end, rules without a pool are left out, and clients that no rule names get the record's values.
 */
export function buildDynamic(
  scope: RecordScope,
  map: YamlMap,
  type: SteeredType,
  block: MeridianBlock | null,
  context: DynamicContext,
): DynamicModel | null {
  const { owner, fqdn, ttlSeconds } = context;
  const dynamic = fieldOf(map, 'dynamic') as YamlMap;
  const poolsNode = fieldOf(dynamic, 'pools');
  if (poolsNode?.kind !== 'map' || itemsOf(dynamic, 'rules').length === 0) return null;
  const plan = planCheck(scope, fieldOf(map, 'octodns'), fqdn, meridianHealthcheck(block?.healthcheck));
  checkHealthcheckKeys(scope, map, plan, block);
  const known = context.known.get(map);
  if (known?.model.type === type && known.host === plan.host) {
    return { ...known.model, owner, key: scope.key, ttlSeconds };
  }
  const remarks = remarksOn(scope);
  const poolMaps = [...poolsNode.entries].map(([name, { value }]) => ({ name, map: value as YamlMap }));
  const indexOf = new Map(poolMaps.map(({ name }, i) => [name, i]));
  const fallbacks = endingFallbacks(
    poolMaps.map(({ map: pool }) => {
      const fallback = fallbackOf(pool);
      return fallback === null || fallback === 'default' ? -1 : (indexOf.get(fallback) ?? -1);
    }),
  );
  const pools = poolMaps.map(
    ({ name, map: pool }, i): PoolModel => ({
      name,
      fallback: fallbacks[i]!,
      endpoints: buildEndpoints(scope, pool, type, plan, context.metadataTargets),
      region: block?.steering?.pools?.[name]?.region ?? null,
      share: block?.steering?.pools?.[name]?.weight ?? 1,
      bias: block?.steering?.pools?.[name]?.bias ?? 0,
      capacity: block?.steering?.pools?.[name]?.capacity ?? null,
    }),
  );
  const rules = buildRules(itemsOf(dynamic, 'rules'), indexOf);
  if (rules.at(-1)?.isDefault !== true) {
    rules.push({ subnets: [], geos: [], pool: pools.length, place: scope.place, isDefault: true });
    pools.push({ name: '', fallback: -1, endpoints: [], region: null, share: 0, bias: 0, capacity: null });
  }
  const model: DynamicModel = {
    owner,
    key: scope.key,
    type,
    ttlSeconds,
    values: buildLastResort(scope, map, type),
    pools,
    rules: rules.map(({ subnets, geos, pool, place }) => ({ subnets, geos, pool, place })),
    steering: steeringOf(block, indexOf),
    place: scope.place,
  };
  if (remarksOn(scope) === remarks) context.known.set(map, { host: plan.host, model });
  return model;
}

/** Rules up to the first default: nobody gets past it. */
function buildRules(
  nodes: readonly YamlNode[],
  indexOf: ReadonlyMap<string, number>,
): (RuleModel & { isDefault: boolean })[] {
  const rules: (RuleModel & { isDefault: boolean })[] = [];
  for (const node of nodes) {
    const rule = node as YamlMap;
    const poolNode = fieldOf(rule, 'pool');
    const pool = poolNode === undefined ? undefined : indexOf.get(textOf(poolNode) ?? '');
    if (pool === undefined) continue;
    const subnets = itemsOf(rule, 'subnets').flatMap((item) => subnetOf(item) ?? []);
    const geos = itemsOf(rule, 'geos').flatMap((item) => {
      const code = parseGeoCode(textOf(item) ?? '');
      return typeof code === 'string' ? [] : [code];
    });
    const isDefault = itemsOf(rule, 'subnets').length === 0 && itemsOf(rule, 'geos').length === 0;
    // A target of which nothing is left (an excused bad code) matches nobody; as a rule without targets it would match all.
    if (isDefault || subnets.length > 0 || geos.length > 0)
      rules.push({ subnets, geos, pool, place: placeOfNode(node), isDefault });
    if (isDefault) break;
  }
  return rules;
}

/** `fallbacks` with every circle cut where it closes. */
function endingFallbacks(fallbacks: number[]): number[] {
  for (let start = 0; start < fallbacks.length; start++) {
    const seen = new Set<number>();
    let at = start;
    while (at >= 0) {
      seen.add(at);
      const next = fallbacks[at]!;
      if (seen.has(next)) fallbacks[at] = -1;
      at = seen.has(next) ? -1 : next;
    }
  }
  return fallbacks;
}

function buildEndpoints(
  scope: RecordScope,
  pool: YamlMap,
  type: SteeredType,
  plan: CheckPlan,
  metadataTargets: boolean,
): EndpointModel[] {
  const entries = itemsOf(pool, 'values') as YamlMap[];
  const endpoints: EndpointModel[] = [];
  for (const entry of entries) {
    const node = fieldOf(entry, 'value')!;
    const value = steeredText(node, type);
    if ('unservable' in value) {
      note(scope, 'endpoint-unserved', `${value.unservable}: this endpoint is left out`, node);
      continue;
    }
    const status = (textOf(fieldOf(entry, 'status') ?? node) ?? 'obey') as EndpointStatus;
    const check = checkOfEndpoint(plan, value.text);
    const isChecked = !entry.entries.has('status') || status === 'obey';
    if (isChecked && !metadataTargets && isMetadataAddress(check.target)) {
      const message = `${check.target} is where clouds keep credentials and is not probed: give it status up or down, or set metadata-targets`;
      kill(scope, 'healthcheck-metadata', message, plan.target === null ? node : undefined);
    }
    endpoints.push({
      value: value.text,
      weight: weightOf(entry),
      status: entry.entries.has('status') ? status : 'obey',
      check,
    });
  }
  return endpoints;
}

/** 1..100, whole: octoDNS keeps 2.7 as it stands but counts it as 2 when it checks the range. */
function weightOf(entry: YamlMap): number {
  const node = fieldOf(entry, 'weight');
  const weight = node?.kind === 'scalar' ? scalarToInt(node.scalar) : 1;
  return typeof weight === 'number' ? Math.min(Math.max(weight, 1), WEIGHT_MAX) : 1;
}

function buildLastResort(scope: RecordScope, map: YamlMap, type: SteeredType): string[] {
  const texts: string[] = [];
  for (const node of valueNodes(map, type)) {
    const value = steeredText(node, type);
    if ('text' in value) texts.push(value.text);
    else note(scope, 'value-unserved', `${value.unservable}: this value is not served`, node);
  }
  return [...new Set(texts)];
}

/** A condition that the check cannot put to the test must not be passed over in silence. */
function checkHealthcheckKeys(scope: RecordScope, map: YamlMap, plan: CheckPlan, block: MeridianBlock | null): void {
  const octodns = fieldOf(map, 'octodns');
  if (octodns?.kind !== 'map') return;
  for (const { key, message } of misplacedKeys(block?.healthcheck, plan.protocol)) {
    kill(scope, 'meridian-healthcheck', message, meridianNode(octodns, 'healthcheck', key));
  }
  if (plan.protocol === 'DNS' && plan.dns === null) {
    const message = 'a DNS check needs to know what to ask for: add dns: {qname: NAME}';
    kill(scope, 'meridian-healthcheck', message, meridianNode(octodns, 'healthcheck'));
  }
}

function itemsOf(map: YamlMap, key: string): readonly YamlNode[] {
  const node = fieldOf(map, key);
  return node?.kind === 'seq' ? node.items : [];
}
