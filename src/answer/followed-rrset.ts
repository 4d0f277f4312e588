/**
 * SRV, SVCB and HTTPS that follow the health of their targets: a record whose target is down for the client is left out while another
 * is not, and address hints are what the client would get for the target's addresses. Priorities, weights and other parameters stay as
 * they are in the file.
 */

import { ANSWERS_MAX } from '../base/limits.ts';
import type { FollowTrace } from '../decision/trace.ts';
import { typeName } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import { rdataToText } from '../wire/rdata.ts';
import { SvcKey } from '../wire/rdata-svc-param.ts';
import { FOLLOW_WORDS, FOLLOWED_WORDS, FollowedWord, FollowWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { decideTargets } from './decide-targets.ts';
import { HINT_FAMILIES, HINTS_OF_FILE, TargetState } from './followed-targets.ts';
import type { ServingTables } from './serving-tables.ts';
import type { Transaction } from './transaction.ts';

/** Writes the RRset at `rrset` of `zone`, owned by the name looked up: never empty, and whole or not at all. */
export function writeFollowed(tx: Transaction, tables: ServingTables, zone: ZoneTable, rrset: number): void {
  const { writer } = tx;
  const followAt = zone.dataOf(rrset);
  const ttl = decideTargets(tx, tables, zone, followAt, zone.ttlOf(rrset));
  const isAnyLeft = anyLeft(tx, zone, rrset);
  tx.isFollowed = true;
  if (!isAnyLeft) tx.isAllDown = true;
  const leavesOut = isAnyLeft && zone.words[followAt + FollowWord.LEAVES_OUT] === 1;
  const from = writer.at;
  let records = 0;
  for (let i = 0; i < zone.countOf(rrset); i++) {
    const recordAt = followAt + FOLLOW_WORDS + i * FOLLOWED_WORDS;
    if (leavesOut && isTargetDown(tx, zone, recordAt)) continue;
    if (!writeFollowedRecord(tx, zone, rrset, recordAt, ttl)) {
      writer.at = from;
      tx.isTruncated = true;
      records = 0;
      break;
    }
    records++;
  }
  writer.answers += records;
  if (tx.trace !== null) tx.trace.followed.push(traceFollowed(tx, zone, rrset, ttl, leavesOut));
}

/** True if some record leads to a target that is not known to be down. */
function anyLeft(tx: Transaction, zone: ZoneTable, rrset: number): boolean {
  const recordsAt = zone.dataOf(rrset) + FOLLOW_WORDS;
  for (let i = 0; i < zone.countOf(rrset); i++) {
    if (!isTargetDown(tx, zone, recordsAt + i * FOLLOWED_WORDS)) return true;
  }
  return false;
}

function isTargetDown(tx: Transaction, zone: ZoneTable, recordAt: number): boolean {
  const target = zone.words[recordAt + FollowedWord.TARGET]!;
  return target >= 0 && tx.followed.states[target] === TargetState.DOWN;
}

/** One record with the hints of its target; false when it does not fit. */
function writeFollowedRecord(tx: Transaction, zone: ZoneTable, rrset: number, recordAt: number, ttl: number): boolean {
  const { writer } = tx;
  const { words, bytes } = zone;
  if (!writer.openRecord(tx.owner, zone.typeOf(rrset), ttl)) return false;
  const begin = writer.at;
  const dataAt = words[recordAt + FollowedWord.DATA]!;
  const length = words[recordAt + FollowedWord.LENGTH]!;
  const target = words[recordAt + FollowedWord.TARGET]!;
  let done = 0;
  if (target >= 0 && words[zone.dataOf(rrset) + FollowWord.HINTS] === 1) {
    // In the order of their keys, as all parameters stand (RFC 9460 2.2).
    for (let family = 0; family < HINT_FAMILIES; family++) {
      const count = tx.followed.hintCount[target * HINT_FAMILIES + family]!;
      if (count === HINTS_OF_FILE) continue;
      const span = words[recordAt + (family === 0 ? FollowedWord.HINT_V4 : FollowedWord.HINT_V6)]!;
      const from = span & 0xffff;
      if (!writer.append(bytes, dataAt + done, from - done) || !appendHints(tx, target, family, count)) return false;
      done = span >>> 16;
    }
  }
  if (!writer.append(bytes, dataAt + done, length - done)) return false;
  writer.closeRecord(begin);
  return true;
}

/** The parameter with the target's addresses; nothing when it has none (an empty list is malformed, RFC 9460 7.3). */
function appendHints({ writer, followed }: Transaction, target: number, family: number, count: number): boolean {
  if (count === 0) return true;
  const size = family === 0 ? 4 : 16;
  if (!writer.appendWord(family === 0 ? SvcKey.IPV4_HINT : SvcKey.IPV6_HINT)) return false;
  if (!writer.appendWord(count * size)) return false;
  const hints = family === 0 ? followed.hintsV4 : followed.hintsV6;
  return writer.append(hints, target * ANSWERS_MAX * size, count * size);
}

/** What became of each record; the query's way never comes here. */
function traceFollowed(
  tx: Transaction,
  zone: ZoneTable,
  rrset: number,
  ttlSeconds: number,
  leavesOut: boolean,
): FollowTrace {
  const { words } = zone;
  const type = zone.typeOf(rrset);
  const followAt = zone.dataOf(rrset);
  const records: FollowTrace['records'][number][] = [];
  for (let i = 0; i < zone.countOf(rrset); i++) {
    const recordAt = followAt + FOLLOW_WORDS + i * FOLLOWED_WORDS;
    const target = words[recordAt + FollowedWord.TARGET]!;
    const isDown = isTargetDown(tx, zone, recordAt);
    const isKnown = target >= 0 && tx.followed.states[target] === TargetState.ALIVE;
    records.push({
      value: rdataToText(
        type,
        zone.bytes,
        words[recordAt + FollowedWord.DATA]!,
        words[recordAt + FollowedWord.LENGTH]!,
      ),
      target: target < 0 ? null : targetName(tx, zone, words[followAt + FollowWord.TARGETS_AT]! + target),
      state: isDown ? 'down' : isKnown ? 'alive' : 'unknown',
      isLeftOut: leavesOut && isDown,
    });
  }
  return {
    name: nameToText(tx.name.lower),
    type: typeName(type),
    ttlSeconds,
    ownTtlSeconds: zone.ttlOf(rrset),
    records,
  };
}

function targetName(tx: Transaction, zone: ZoneTable, at: number): string {
  const nameAt = zone.words[at]!;
  return nameAt === 0 ? nameToText(tx.name.lower) : nameToText(zone.bytes.slice(nameAt, nameAt + 255));
}
