/**
 * A steered RRset on its way into an answer: decides, takes over what the decision says of the whole answer (scope, exhaustion), and writes
 * what it chose. Shared by the walk of a name, by ALIAS, whose target's RRset is answered under another name, and by records whose
 * targets follow health, which want to know only.
 */

import { decide } from '../decision/decide.ts';
import { type Decision, Outcome } from '../decision/decision.ts';
import type { DecisionTrace } from '../decision/trace.ts';
import { traceStep } from '../decision/trace-step.ts';
import { Rcode } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import type { ScannedName } from '../wire/scanned-name.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { tallyAnswer } from './endpoint-tally.ts';
import { writeNegativeSoa } from './negative.ts';
import { writeRecord } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import type { Transaction } from './transaction.ts';

/**
 * Decides the steered RRset of `name` at `rrset` of `zone` in `decision`, and takes its scope into the answer's. Returns its TTL in
 * seconds, whatever its outcome.
 */
export function decideRRset(
  tx: Transaction,
  tables: ServingTables,
  decision: Decision,
  name: ScannedName,
  zone: ZoneTable,
  rrset: number,
): number {
  tx.trace?.beginStep(decision);
  decide(decision, zone, zone.dataOf(rrset), tx.request, tables.classTables, tables.health, tx.draws);
  const ttl = decision.ttlSeconds === 0 ? zone.ttlOf(rrset) : decision.ttlSeconds;
  if (decision.scope > tx.scope) tx.scope = decision.scope;
  if (tx.trace !== null) traceSteered(tx.trace, tx, tables, decision, name, zone, rrset, ttl);
  return ttl;
}

/**
 * Decides the steered RRset of `name` at `rrset` of `zone` as the answer. Returns the TTL in seconds of what `tx.decision` holds then; -1
 * when there is nothing to answer, which is written: a failure, or no data of `home`, the zone of the question.
 */
export function decideSteered(
  tx: Transaction,
  tables: ServingTables,
  name: ScannedName,
  zone: ZoneTable,
  rrset: number,
  home: ZoneTable,
): number {
  const { decision } = tx;
  const ttl = decideRRset(tx, tables, decision, name, zone, rrset);
  tx.isSteered = true;
  if (decision.isAllDown) tx.isAllDown = true;
  if (decision.outcome === Outcome.FAILURE) {
    tx.rcode = Rcode.SERVFAIL;
    return -1;
  }
  if (decision.outcome === Outcome.NODATA) {
    writeNegativeSoa(tx, home);
    return -1;
  }
  return ttl;
}

/** Writes what `tx.decision` chose from the RRset at `rrset`, owned by the name looked up; false when it does not fit. */
export function writeDecided(tx: Transaction, zone: ZoneTable, rrset: number, ttl: number): boolean {
  const { decision } = tx;
  const type = zone.typeOf(rrset);
  const from = tx.writer.at;
  for (let i = 0; i < decision.count; i++) {
    if (writeRecord(tx, zone, decision.dataAt[i]!, tx.owner, type, ttl)) continue;
    tx.writer.at = from;
    tx.isTruncated = true;
    return false;
  }
  tx.writer.answers += decision.count;
  if (tx.tally !== null) tallyAnswer(tx.tally, decision, zone, zone.blockOf(rrset));
  return true;
}

/** Writes the decision down; the query's way never comes here. */
function traceSteered(
  trace: DecisionTrace,
  tx: Transaction,
  tables: ServingTables,
  decision: Decision,
  scanned: ScannedName,
  zone: ZoneTable,
  rrset: number,
  ttlSeconds: number,
): void {
  const { request } = tx;
  const { classTables, health } = tables;
  const name = nameToText(scanned.lower);
  const type = zone.typeOf(rrset);
  const block = zone.blockOf(rrset);
  const { turns } = trace;
  const draws = trace.chance?.take() ?? [];
  trace.steps.push(
    traceStep({ name, type, ttlSeconds, decision, zone, block, request, classTables, health, turns, draws }),
  );
}
