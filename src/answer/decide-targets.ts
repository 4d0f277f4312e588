/**
 * Decides for an RRset that follows health which of its targets are down for the client, and which addresses each has: the decisions
 * that the same client's queries for A and AAAA of the target would meet, each made once.
 */

import { ANSWERS_MAX } from '../base/limits.ts';
import { RRType } from '../wire/codes.ts';
import { FollowWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { WalkFound } from './address-walk.ts';
import { findAddresses } from './find-addresses.ts';
import { HINT_FAMILIES, HINTS_OF_FILE, TargetState } from './followed-targets.ts';
import { nextRdata, plainRdataAt } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import { decideRRset } from './steered-rrset.ts';
import type { Transaction } from './transaction.ts';

/**
 * Fills `tx.followed` for the `FollowWord`s at word `followAt` of `zone`. Returns the most seconds for which that holds, at most
 * `ttlMax`: the lowest TTL of what was decided, and of the addresses that become hints.
 */
export function decideTargets(
  tx: Transaction,
  tables: ServingTables,
  zone: ZoneTable,
  followAt: number,
  ttlMax: number,
): number {
  const { words } = zone;
  const { walk, name, followed } = tx;
  const count = words[followAt + FollowWord.TARGET_COUNT]!;
  const targetsAt = words[followAt + FollowWord.TARGETS_AT]!;
  const hasHints = words[followAt + FollowWord.HINTS] === 1;
  let ttl = ttlMax;
  for (let target = 0; target < count; target++) {
    const nameAt = words[targetsAt + target]!;
    followed.states[target] = TargetState.UNKNOWN;
    for (let family = 0; family < HINT_FAMILIES; family++) {
      if (nameAt === 0) walk.name.scan(name.lower, 0, name.length);
      else walk.name.scan(zone.bytes, nameAt, zone.bytes.length);
      ttl = Math.min(ttl, decideFamily(tx, tables, target, family, hasHints, ttlMax));
    }
  }
  return ttl;
}

/** One family of the target at `tx.walk.name`; returns for how many seconds that holds, `ttlMax` where nothing follows from it. */
function decideFamily(
  tx: Transaction,
  tables: ServingTables,
  target: number,
  family: number,
  hasHints: boolean,
  ttlMax: number,
): number {
  const { walk, followed } = tx;
  const { decision, states } = followed;
  walk.ttl = ttlMax;
  const found = findAddresses(tx, tables, decision, family === 0 ? RRType.A : RRType.AAAA, null);
  const isOutside = found === WalkFound.OUTSIDE && !walk.isAllDown;
  followed.hintCount[target * HINT_FAMILIES + family] = isOutside ? HINTS_OF_FILE : 0;
  let isDown = walk.isAllDown;
  let isDecided = walk.isDecided;
  if (found === WalkFound.RRSET) {
    const zone = walk.zone!;
    const isSteered = zone.isSteered(walk.rrset);
    walk.ttl = Math.min(
      walk.ttl,
      isSteered ? decideRRset(tx, tables, decision, walk.name, zone, walk.rrset) : zone.ttlOf(walk.rrset),
    );
    if (isSteered && decision.isAllDown) isDown = true;
    if (isSteered) isDecided = true;
    // The last resort often repeats what is down: then there is no hint, and the client asks for the addresses.
    if (hasHints && !isDown) copyHints(tx, zone, target, family);
  }
  states[target] = Math.max(states[target]!, stateOf(found, isDown, walk.isDecided));
  return isDecided || (hasHints && found === WalkFound.RRSET) ? walk.ttl : ttlMax;
}

function stateOf(found: number, isDown: boolean, isChosen: boolean): number {
  if (isDown) return TargetState.DOWN;
  if (found === WalkFound.RRSET) return TargetState.ALIVE;
  if (found !== WalkFound.OUTSIDE) return TargetState.UNKNOWN;
  // A steered CNAME has chosen it: that is what is known of its health.
  return isChosen ? TargetState.ALIVE : TargetState.OUTSIDE;
}

/** Keeps the addresses that were decided on, or that the static RRset of the walk has, as hints of the target. */
function copyHints({ walk, followed }: Transaction, zone: ZoneTable, target: number, family: number): void {
  const { decision } = followed;
  const isSteered = zone.isSteered(walk.rrset);
  const size = family === 0 ? 4 : 16;
  const hints = family === 0 ? followed.hintsV4 : followed.hintsV6;
  const count = Math.min(isSteered ? decision.count : zone.countOf(walk.rrset), ANSWERS_MAX);
  let staticAt = isSteered ? 0 : zone.dataOf(walk.rrset);
  let to = target * ANSWERS_MAX * size;
  for (let i = 0; i < count; i++) {
    const from = plainRdataAt(zone, isSteered ? decision.dataAt[i]! : staticAt);
    for (let octet = 0; octet < size; octet++) hints[to++] = zone.bytes[from + octet]!;
    if (!isSteered) staticAt = nextRdata(zone, staticAt);
  }
  followed.hintCount[target * HINT_FAMILIES + family] = count;
}
