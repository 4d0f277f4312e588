/**
 * What a reload changed in a zone, for the log: names that came, went or say something else, and weights. Of zones with very many
 * records only the steered ones are compared. Made in the builder thread from two models, the second of which is then kept as a {@link ZoneSummary}.
 */

import { createHash } from 'node:crypto';
import { typeName } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import type { DynamicModel, ZoneModel } from '../zone/zone-model.ts';

/** What must be remembered of a zone to say later what changed. */
export type ZoneSummary = {
  /** Digest of each RRset by `name type`. */
  readonly rrsets: ReadonlyMap<string, string>;
  /** Those that are steered. */
  readonly steered: ReadonlySet<string>;
  /** Weight of each endpoint by `name type pool value`. */
  readonly weights: ReadonlyMap<string, number>;
  /** False: `rrsets` has the steered ones only. */
  readonly isWhole: boolean;
};

/** Lists of the log hold at most {@link LISTED_MAX} entries and then `+3 more`; the counts are whole. */
export type ZoneChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** `www.example.com. A eu 192.0.2.1: 3 -> 5` */
  readonly weights: readonly string[];
  readonly counts: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly weights: number;
  };
  /** Steered RRsets that were there before and say something else now, by `name type`; all of them. */
  readonly steered: readonly string[];
  /** False: the zone is so large that static records were not compared. */
  readonly isWhole: boolean;
};

/** Records of a zone whose changes are named: a summary holds some 200 octets for each. */
const SUMMARY_RECORDS_MAX = 20_000;
const LISTED_MAX = 20;

/** What {@link diffZones} needs of the zone as it is now. */
export function summariseZone(model: ZoneModel, recordsMax = SUMMARY_RECORDS_MAX): ZoneSummary {
  const { records } = model;
  const isWhole = records.count + model.dynamics.length <= recordsMax;
  const rrsets = new Map<string, string>();
  const steered = new Set<string>();
  const weights = new Map<string, number>();
  for (let row = 0; row < records.count && isWhole; row++) {
    const key = `${nameToText(records.bytes, records.owners[row]!)} ${typeName(records.types[row]!)}`;
    const at = records.rdatas[row]!;
    const rdata = Buffer.from(records.bytes.subarray(at, at + records.rdataLengths[row]!)).toString('base64');
    rrsets.set(key, `${rrsets.get(key) ?? ''}${records.ttls[row]} ${rdata};`);
  }
  for (const { owner, type, leavesOut, hints } of isWhole ? model.follows : []) {
    const key = `${nameToText(owner)} ${typeName(type)}`;
    rrsets.set(key, `${rrsets.get(key) ?? ''}follows ${leavesOut} ${hints};`);
  }
  for (const dynamic of model.dynamics) steered.add(summariseDynamic(dynamic, rrsets, weights));
  for (const { owner, target, ttlSeconds } of model.aliases) {
    rrsets.set(`${nameToText(owner)} ALIAS`, `${ttlSeconds} ${nameToText(target)}`);
  }
  for (const [key, content] of rrsets) if (content.length > 64) rrsets.set(key, digest(content));
  return { rrsets, steered, weights, isWhole };
}

/** What differs from `before` to `after`, in lists of at most `listedMax`; null when there was none before. */
export function diffZones(
  before: ZoneSummary | undefined,
  after: ZoneSummary,
  listedMax = LISTED_MAX,
): ZoneChanges | null {
  if (before === undefined) return null;
  const isWhole = before.isWhole && after.isWhole;
  // A zone that has just grown or shrunk over the limit: what only one of the two knows is no news.
  const isCompared = (key: string) => isWhole || before.steered.has(key) || after.steered.has(key);
  const added: string[] = [];
  const removed: string[] = [];
  const changed: string[] = [];
  const weights: string[] = [];
  for (const [key, content] of after.rrsets) {
    if (!isCompared(key)) continue;
    const old = before.rrsets.get(key);
    if (old === undefined) added.push(key);
    else if (old !== content) changed.push(key);
  }
  for (const key of before.rrsets.keys()) if (isCompared(key) && !after.rrsets.has(key)) removed.push(key);
  for (const [key, weight] of after.weights) {
    const old = before.weights.get(key);
    if (old !== undefined && old !== weight) weights.push(`${key}: ${old} -> ${weight}`);
  }
  return {
    added: listed(added, listedMax),
    removed: listed(removed, listedMax),
    changed: listed(changed, listedMax),
    weights: listed(weights, listedMax),
    counts: { added: added.length, removed: removed.length, changed: changed.length, weights: weights.length },
    steered: changed.filter((key) => before.steered.has(key) && after.steered.has(key)),
    isWhole,
  };
}

function listed(list: readonly string[], max: number): string[] {
  if (list.length <= max) return [...list];
  return [...list.slice(0, max), `+${list.length - max} more`];
}

/** Returns its key. */
function summariseDynamic(dynamic: DynamicModel, rrsets: Map<string, string>, weights: Map<string, number>): string {
  const key = `${nameToText(dynamic.owner)} ${dynamic.type}`;
  const { owner, ...content } = dynamic;
  // Where something stands is no part of what it says.
  const text = JSON.stringify(content, (field, value: unknown) =>
    field === 'place' ? undefined : ArrayBuffer.isView(value) ? Array.from(value as Uint32Array) : value,
  );
  rrsets.set(key, digest(text));
  for (const pool of dynamic.pools) {
    for (const endpoint of pool.endpoints) weights.set(`${key} ${pool.name} ${endpoint.value}`, endpoint.weight);
  }
  return key;
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
