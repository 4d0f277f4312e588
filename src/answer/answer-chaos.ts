/**
 * Who answers, in class CHAOS (RFC 4892): `version.bind`, `version.server`, `hostname.bind` and `id.server`, as far as the operator
 * tells. Everything else of that class is REFUSED.
 */

import { ExtendedError, Rcode, RRType } from '../wire/codes.ts';
import type { ScannedName } from '../wire/scanned-name.ts';
import type { Transaction } from './transaction.ts';

/** Lower-case wire forms. */
const VERSION_BIND = wireForm('version', 'bind');
const VERSION_SERVER = wireForm('version', 'server');
const HOSTNAME_BIND = wireForm('hostname', 'bind');
const ID_SERVER = wireForm('id', 'server');

/** Answers a question of class CHAOS. */
export function answerChaos(tx: Transaction): void {
  const text = textOf(tx);
  const { qtype } = tx.query;
  if (text === null || (qtype !== RRType.TXT && qtype !== RRType.ANY)) {
    tx.rcode = Rcode.REFUSED;
    tx.extendedError = ExtendedError.PROHIBITED;
    return;
  }
  tx.isAuthoritative = true;
  if (tx.writer.appendChaosText(text)) tx.writer.answers++;
  else tx.isTruncated = true;
}

function textOf(tx: Transaction): Uint8Array | null {
  const { qname } = tx.query;
  const { policy } = tx;
  if (isName(qname, VERSION_BIND) || isName(qname, VERSION_SERVER)) return policy.version;
  return isName(qname, ID_SERVER) || isName(qname, HOSTNAME_BIND) ? policy.serverId : null;
}

function isName(name: ScannedName, wire: Uint8Array): boolean {
  return name.length === wire.length && name.suffixEquals(0, wire, 0, wire.length);
}

function wireForm(...labels: readonly string[]): Uint8Array {
  return Uint8Array.from([...labels, ''].flatMap((label) => [label.length, ...new TextEncoder().encode(label)]));
}
