/**
 * The rules and fences of a steered record as texts in its image, so that an explanation can name them wherever the image is: on the control
 * thread, in a worker, in a replay. Written by `dynamic-compile`, read by `decision/rule-trace.ts`; no answer depends on them.
 */

import type { Place } from '../base/fault.ts';
import { formatIpPrefix } from '../base/ip-prefix.ts';
import { RULE_TEXT_BYTES_MAX } from '../base/limits.ts';
import type { ImageArena } from './image-arena.ts';
import { RULE_WORDS, RuleWord } from './zone-image.ts';
import type { DynamicModel, GeoCode } from './zone-model.ts';

/** Writes the rules of `dynamic`; returns the word offset of the first. */
export function writeRules(arena: ImageArena, dynamic: DynamicModel): number {
  const at = arena.takeWords(dynamic.rules.length * RULE_WORDS);
  for (const [i, { geos, subnets, pool, place }] of dynamic.rules.entries()) {
    const targetsAt = writeTargets(arena, [...geos.map(geoText), ...subnets.map(formatIpPrefix)]);
    const rule = at + i * RULE_WORDS;
    arena.words[rule + RuleWord.POOL] = pool;
    arena.words[rule + RuleWord.LINE] = relativeLine(place, dynamic.place);
    arena.words[rule + RuleWord.TARGETS] = targetsAt;
  }
  return at;
}

/** Writes the places of the fences of `dynamic`; returns the word offset of the first one's octet offset. */
export function writeFences(arena: ImageArena, { steering }: DynamicModel): number {
  const at = arena.takeWords(steering.fences.length);
  for (const [i, { geos }] of steering.fences.entries()) {
    const targetsAt = writeTargets(arena, geos.map(geoText));
    arena.words[at + i] = targetsAt;
  }
  return at;
}

/** So that records that are written alike have equal blocks. -1: not behind the record's beginning in the same file. */
export function relativeLine(place: Place, record: Place): number {
  return place.file === record.file && place.line >= record.line ? place.line - record.line : -1;
}

/** Length in an octet, then UTF-8; returns the octet offset. */
export function writeText(arena: ImageArena, text: string): number {
  const octets = new TextEncoder().encode(text).subarray(0, 255);
  const at = arena.takeBytes(1 + octets.length);
  arena.bytes[at] = octets.length;
  arena.bytes.set(octets, at + 1);
  return at;
}

function writeTargets(arena: ImageArena, targets: readonly string[]): number {
  let text = '';
  let written = 0;
  for (const target of targets) {
    if (text.length + target.length + 1 > RULE_TEXT_BYTES_MAX) break;
    text += `${written === 0 ? '' : ' '}${target}`;
    written++;
  }
  if (written < targets.length) text += ` +${targets.length - written}`;
  const at = arena.takeBytes(2 + text.length);
  arena.bytes[at] = text.length >> 8;
  arena.bytes[at + 1] = text.length & 255;
  arena.bytes.set(new TextEncoder().encode(text), at + 2);
  return at;
}

/** As in the file: `EU`, `AF-ZA`, `NA-US-CA`. */
function geoText({ continent, country, province }: GeoCode): string {
  return [continent, country, province].filter((part) => part !== null).join('-');
}
