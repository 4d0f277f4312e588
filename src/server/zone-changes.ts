/**
 * What a reload changed in a zone, for the log: names that came, went or say something else, and weights. Large zones are
 * only counted. Made in the builder thread from two models, the second of which is then kept as a {@link ZoneSummary}.
 */

import { createHash } from 'node:crypto';
import { typeName } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import type { DynamicModel, ZoneModel } from '../zone/zone-model.ts';

/** What must be remembered of a zone to say later what changed; null for a zone too large for it. */
export type ZoneSummary = {
  /** Digest of each RRset by `name type`. */
  readonly rrsets: ReadonlyMap<string, string>;
  /** Weight of each endpoint by `name type pool value`. */
  readonly weights: ReadonlyMap<string, number>;
} | null;

/** Lists hold at most {@link LISTED_MAX} entries; the counts are whole. */
export type ZoneChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** `www.example.com. A eu 192.0.2.1: 3 -> 5` */
  readonly weights: readonly string[];
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
};

/** Records of a zone whose changes are named. */
const SUMMARY_RECORDS_MAX = 20_000;
const LISTED_MAX = 20;

/** Null for a zone of more than 20,000 records. */
export function summariseZone(model: ZoneModel): ZoneSummary {
  const { records } = model;
  if (records.count + model.dynamics.length > SUMMARY_RECORDS_MAX) return null;
  const rrsets = new Map<string, string>();
  const weights = new Map<string, number>();
  for (let row = 0; row < records.count; row++) {
    const key = `${nameToText(records.bytes, records.owners[row]!)} ${typeName(records.types[row]!)}`;
    const at = records.rdatas[row]!;
    const rdata = Buffer.from(records.bytes.subarray(at, at + records.rdataLengths[row]!)).toString('base64');
    rrsets.set(key, `${rrsets.get(key) ?? ''}${records.ttls[row]} ${rdata};`);
  }
  for (const dynamic of model.dynamics) summariseDynamic(dynamic, rrsets, weights);
  for (const [key, content] of rrsets) if (content.length > 64) rrsets.set(key, digest(content));
  return { rrsets, weights };
}

/** What differs from `before` to `after`; null when either is too large to tell, or there was none before. */
export function diffZones(before: ZoneSummary | undefined, after: ZoneSummary): ZoneChanges | null {
  if (!before || after === null) return null;
  const added: string[] = [];
  const removed: string[] = [];
  const changed: string[] = [];
  const weights: string[] = [];
  for (const [key, content] of after.rrsets) {
    const old = before.rrsets.get(key);
    if (old === undefined) added.push(key);
    else if (old !== content) changed.push(key);
  }
  for (const key of before.rrsets.keys()) if (!after.rrsets.has(key)) removed.push(key);
  for (const [key, weight] of after.weights) {
    const old = before.weights.get(key);
    if (old !== undefined && old !== weight && weights.length < LISTED_MAX) weights.push(`${key}: ${old} -> ${weight}`);
  }
  return {
    added: added.slice(0, LISTED_MAX),
    removed: removed.slice(0, LISTED_MAX),
    changed: changed.slice(0, LISTED_MAX),
    weights,
    counts: { added: added.length, removed: removed.length, changed: changed.length },
  };
}

function summariseDynamic(dynamic: DynamicModel, rrsets: Map<string, string>, weights: Map<string, number>): void {
  const key = `${nameToText(dynamic.owner)} ${dynamic.type}`;
  const { place, owner, ...content } = dynamic;
  const text = JSON.stringify(content, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Uint32Array) : value,
  );
  rrsets.set(key, digest(text));
  for (const pool of dynamic.pools) {
    for (const endpoint of pool.endpoints) weights.set(`${key} ${pool.name} ${endpoint.value}`, endpoint.weight);
  }
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
