/**
 * From a target to the RRset of addresses that it has, as the same client's query for them would find it: through whatever zone of ours
 * holds it, over wildcards, CNAMEs, static and steered, and ALIASes. For ALIAS, and for records whose targets follow health.
 */

import { CHAIN_STEPS_MAX } from '../base/limits.ts';
import { type Decision, Outcome } from '../decision/decision.ts';
import type { NameTrace } from '../decision/trace.ts';
import { RRType } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import { AliasWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { type AddressWalk, WalkFound } from './address-walk.ts';
import { plainRdataAt } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import { decideRRset } from './steered-rrset.ts';
import type { Transaction } from './transaction.ts';

/**
 * Walks from `tx.walk.name` to its RRset of `type` (A or AAAA); returns a `WalkFound`. Steered CNAMEs are decided in `decision`. `path`:
 * where to write down the names met; null on the query's way.
 */
export function findAddresses(
  tx: Transaction,
  tables: ServingTables,
  decision: Decision,
  type: number,
  path: NameTrace[] | null,
): number {
  const { walk } = tx;
  const { name } = walk;
  walk.isDecided = false;
  walk.isAllDown = false;
  for (let step = 0; step < CHAIN_STEPS_MAX; step++) {
    const ordinal = tables.index.find(name, 0);
    const zone = ordinal < 0 ? null : (tables.zones[ordinal] ?? null);
    const node = zone === null ? -1 : zone.nodeOf(name);
    walk.zone = node < 0 ? null : zone;
    if (path !== null) path.push(nameTrace(walk, node));
    if (zone === null || node < 0) return WalkFound.OUTSIDE;
    if (node === 0) return WalkFound.NO_DATA;
    walk.rrset = zone.findRRset(node, type);
    if (walk.rrset !== 0) return WalkFound.RRSET;
    const cname = zone.findRRset(node, RRType.CNAME);
    if (cname !== 0) {
      const found = followCname(tx, tables, decision, zone, cname);
      if (found !== WalkFound.RRSET) return found;
      continue;
    }
    const alias = zone.aliasOf(node);
    if (alias === 0) return WalkFound.NO_DATA;
    walk.ttl = Math.min(walk.ttl, zone.words[alias + AliasWord.TTL]!);
    name.scan(zone.bytes, zone.words[alias + AliasWord.TARGET]!, zone.bytes.length);
  }
  return WalkFound.FAILURE;
}

/** Moves on to where the CNAME leads; what it ends in otherwise, RRSET for going on. */
function followCname(
  tx: Transaction,
  tables: ServingTables,
  decision: Decision,
  zone: ZoneTable,
  cname: number,
): number {
  const { walk } = tx;
  let ttl = zone.ttlOf(cname);
  let dataAt = zone.dataOf(cname);
  if (zone.isSteered(cname)) {
    ttl = decideRRset(tx, tables, decision, walk.name, zone, cname);
    walk.isDecided = true;
    if (decision.isAllDown) walk.isAllDown = true;
    dataAt = decision.dataAt[0]!;
  }
  walk.ttl = Math.min(walk.ttl, ttl);
  if (zone.isSteered(cname) && decision.outcome !== Outcome.ANSWER)
    return decision.outcome === Outcome.FAILURE ? WalkFound.FAILURE : WalkFound.NO_DATA;
  walk.name.scan(zone.bytes, plainRdataAt(zone, dataAt), zone.bytes.length);
  return WalkFound.RRSET;
}

/** How the name at hand was found; the query's way never comes here. */
function nameTrace({ zone, name }: AddressWalk, node: number): NameTrace {
  const found = zone === null ? 'outside' : node === 0 ? 'does not exist' : 'alias target';
  return { name: nameToText(name.lower), zone: zone === null ? '' : zoneName(zone), found, by: null };
}

function zoneName(zone: ZoneTable): string {
  return nameToText(zone.bytes.slice(zone.nameAt(zone.apexAt), zone.nameAt(zone.apexAt) + zone.apexLength));
}
