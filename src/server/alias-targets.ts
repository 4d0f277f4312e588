/**
 * Which names outside of our zones the ALIASes in force may lead to: their targets, and where CNAMEs, static or steered, lead on from
 * there. Looked for over the tables in force, on the control thread.
 */

import type { ServingTables } from '../answer/serving-tables.ts';
import { ALIAS_TARGETS_MAX } from '../base/limits.ts';
import { RRType } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import {
  AliasWord,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  HeaderWord,
  POOL_WORDS,
  PoolWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';

/** Names looked at for each name that may be found: chains have a few steps, pools of CNAMEs a few endpoints. */
const STEPS_PER_TARGET = 16;

/**
 * Names of no zone in `tables`, lower case, absolute, sorted, that the ALIASes of its zones may need. `isCut`: there are more than
 * ALIAS_TARGETS_MAX of them.
 */
export function listOutsideTargets(tables: ServingTables): { readonly names: string[]; readonly isCut: boolean } {
  const name = new ScannedName();
  const seen = new Map<string, Uint8Array>();
  const add = (wire: Uint8Array): void => {
    name.scan(wire, 0, wire.length);
    const lower = name.lower.slice(0, name.length);
    if (seen.size < ALIAS_TARGETS_MAX * STEPS_PER_TARGET) seen.set(nameToText(lower), lower);
  };
  for (const zone of tables.zones) {
    const count = zone?.words[HeaderWord.ALIAS_COUNT] ?? 0;
    for (let i = 0; i < count; i++) {
      const alias = zone!.words[zone!.words[HeaderWord.ALIASES_AT]! + i]!;
      add(zone!.bytes.subarray(zone!.words[alias + AliasWord.TARGET]!));
    }
  }
  const outside: string[] = [];
  // A map grows while it is walked: what is found is looked at too.
  for (const [text, wire] of seen) {
    name.scan(wire, 0, wire.length);
    const ordinal = tables.index.find(name, 0);
    const zone = ordinal < 0 ? null : (tables.zones[ordinal] ?? null);
    const node = zone === null ? -1 : zone.nodeOf(name);
    if (zone === null || node < 0) outside.push(text);
    else if (node > 0) for (const next of leadsTo(zone, node)) add(next);
  }
  outside.sort();
  return { names: outside.slice(0, ALIAS_TARGETS_MAX), isCut: outside.length > ALIAS_TARGETS_MAX };
}

/** Names that a node leads to, by its ALIAS or its CNAME. */
function leadsTo(zone: ZoneTable, node: number): Uint8Array[] {
  const { words, bytes } = zone;
  const alias = zone.aliasOf(node);
  const found = alias === 0 ? [] : [bytes.subarray(words[alias + AliasWord.TARGET]!)];
  const cname = zone.findRRset(node, RRType.CNAME);
  if (cname === 0) return found;
  if (!zone.isSteered(cname)) return [...found, nameAt(zone, zone.dataOf(cname))];
  const block = zone.blockOf(cname);
  const lists = [[words[block + DynWord.VALUES_AT]!, words[block + DynWord.VALUE_COUNT]!]];
  for (let i = 0; i < words[block + DynWord.POOL_COUNT]!; i++) {
    const pool = words[block + DynWord.POOLS_AT]! + i * POOL_WORDS;
    lists.push([words[pool + PoolWord.ENDPOINTS_AT]!, words[pool + PoolWord.ENDPOINT_COUNT]!]);
  }
  for (const [at, count] of lists) {
    for (let i = 0; i < count!; i++) found.push(nameAt(zone, words[at! + i * ENDPOINT_WORDS + EndpointWord.DATA]!));
  }
  return found;
}

/** The name in the RDATA image at octet `dataAt`: uncompressed behind length, cuts and their positions. */
function nameAt(zone: ZoneTable, dataAt: number): Uint8Array {
  return zone.bytes.subarray(dataAt + 3 + 2 * zone.bytes[dataAt + 2]!);
}
