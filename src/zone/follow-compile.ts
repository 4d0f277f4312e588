/**
 * An RRset that follows the health of its targets into a zone image: its records as RDATA taken apart where address hints go, each with
 * the number of its target, so that a query decides every target once. Called by `zone-compile`, read by `answer/followed-rrset`.
 */

import { assert } from '../base/assert.ts';
import { FOLLOWED_TARGETS_MAX } from '../base/limits.ts';
import { RRType } from '../wire/codes.ts';
import { lowerName, nameLength, nameToText } from '../wire/name.ts';
import { targetNameAt } from '../wire/rdata.ts';
import { SvcKey, uint16At } from '../wire/rdata-svc-param.ts';
import { findSvcParam } from '../wire/rdata-svcb.ts';
import type { ImageArena } from './image-arena.ts';
import { FOLLOW_WORDS, FOLLOWED_WORDS, FollowedWord, FollowWord } from './zone-image.ts';
import type { FollowModel } from './zone-model.ts';

/** The owner itself, as the target of a record. */
export const OWN_NAME: Uint8Array = new Uint8Array(1);

/**
 * The name whose addresses a client of the record `rdata` goes to, in lower case wire form: {@link OWN_NAME} for the target `.` of a
 * ServiceMode record (RFC 9460 2.5.2); null where `.` says that there is no service (RFC 9460 2.5.1, RFC 2782).
 */
export function followedTarget(type: number, rdata: Uint8Array): Uint8Array | null {
  const at = targetNameAt(type);
  const target = lowerName(rdata.subarray(at, at + nameLength(rdata, at)));
  if (target.length > 1) return target;
  return type === RRType.SRV || isAliasMode(type, rdata) ? null : OWN_NAME;
}

/** True for a record of SVCB or HTTPS that only names another (RFC 9460 2.4.2). */
export function isAliasMode(type: number, rdata: Uint8Array): boolean {
  return type !== RRType.SRV && uint16At(rdata, 0) === 0;
}

/** Writes the records; returns the word offset of their `FollowWord`s. */
export function compileFollowed(
  arena: ImageArena,
  type: number,
  rdatas: readonly Uint8Array[],
  follow: FollowModel,
): number {
  const at = arena.takeWords(FOLLOW_WORDS + rdatas.length * FOLLOWED_WORDS);
  const indexOf = new Map<string, number>();
  const names: Uint8Array[] = [];
  for (const [i, rdata] of rdatas.entries()) {
    const target = followedTarget(type, rdata);
    const key = target === null ? '' : nameToText(target);
    let index = target === null ? -1 : (indexOf.get(key) ?? -1);
    if (target !== null && index < 0) {
      index = names.push(target) - 1;
      indexOf.set(key, index);
    }
    writeFollowedRecord(arena, at + FOLLOW_WORDS + i * FOLLOWED_WORDS, type, rdata, index);
  }
  assert(names.length <= FOLLOWED_TARGETS_MAX, 'more targets to follow than FOLLOWED_TARGETS_MAX');
  const targetsAt = arena.takeWords(names.length);
  for (const [i, name] of names.entries())
    arena.words[targetsAt + i] = name === OWN_NAME ? 0 : writeOctets(arena, name);
  arena.words[at + FollowWord.TARGET_COUNT] = names.length;
  arena.words[at + FollowWord.TARGETS_AT] = targetsAt;
  arena.words[at + FollowWord.LEAVES_OUT] = follow.leavesOut ? 1 : 0;
  arena.words[at + FollowWord.HINTS] = follow.hints ? 1 : 0;
  return at;
}

function writeFollowedRecord(arena: ImageArena, at: number, type: number, rdata: Uint8Array, target: number): void {
  const dataAt = writeOctets(arena, rdata);
  arena.words[at + FollowedWord.DATA] = dataAt;
  arena.words[at + FollowedWord.LENGTH] = rdata.length;
  arena.words[at + FollowedWord.TARGET] = target;
  if (type === RRType.SRV) return;
  arena.words[at + FollowedWord.HINT_V4] = spanWord(rdata, SvcKey.IPV4_HINT);
  arena.words[at + FollowedWord.HINT_V6] = spanWord(rdata, SvcKey.IPV6_HINT);
}

function spanWord(rdata: Uint8Array, key: number): number {
  const { from, to } = findSvcParam(rdata, key);
  return from | (to << 16);
}

function writeOctets(arena: ImageArena, octets: Uint8Array): number {
  const at = arena.takeBytes(octets.length);
  arena.bytes.set(octets, at);
  return at;
}
