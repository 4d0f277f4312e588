/**
 * One record of a master file: `[owner] [TTL] [class] type RDATA`, TTL and class in any order (RFC 1035 5.1). The common
 * records, plain owners and IPv4 addresses, are read straight from the text; everything else goes through the RDATA codec.
 * Called by the master reader, entry by entry.
 */

import { NAME_BYTES_MAX } from '../base/limits.ts';
import { RRType, typeCode, typeName } from '../wire/codes.ts';
import { isAtOrBelow, lowerName, nameFromText } from '../wire/name.ts';
import { isStoredType, rdataFromText, targetNameAt } from '../wire/rdata.ts';
import { findDigestFault } from '../wire/rdata-digest.ts';
import { durationSeconds } from '../wire/rdata-duration.ts';
import { describeNameFault, isRdataFault, quoteForFault, type RdataToken } from '../wire/rdata-token.ts';
import type { MasterLexer } from './master-lexer.ts';
import { readSoa, rememberSoa } from './master-soa.ts';
import {
  addMasterRecord,
  faultAtWord,
  type MasterFile,
  type MasterZone,
  placeOfWord,
  subjectOf,
} from './master-state.ts';

/** RFC 2181 8: a TTL is 31 bits. */
const TTL_MAX = 0x7fffffff;
/** When nothing in the file says a TTL: octoDNS's default. */
const TTL_FALLBACK = 3600;

/** Words that are no type: classes, as negative numbers so that they share a map with types. */
const CLASS_IN = -1;
const CLASS_OTHER = -2;

const KEYWORDS = new Map<string, number>([
  ['IN', CLASS_IN],
  ['CLASS1', CLASS_IN],
  ['CH', CLASS_OTHER],
  ['CS', CLASS_OTHER],
  ['HS', CLASS_OTHER],
]);
for (const type of Object.values(RRType)) if (isStoredType(type)) KEYWORDS.set(typeName(type), type);

/** Signatures and what they cover belong to the zone's signer; served from here they would go stale (RFC 4035, RFC 8976). */
const SIGNER_TYPES = new Set<number>([RRType.RRSIG, RRType.NSEC, RRType.NSEC3, RRType.NSEC3PARAM, RRType.ZONEMD]);

/** What stands before the RDATA. `ttl` is -1 when the record states none; `next` is the word behind the type. */
export type RecordHeader = { ttl: number; type: number; next: number };

/** Scratch of {@link readOwner} and of IPv4 RDATA; what is kept of them is copied. */
const ownerBytes = new Uint8Array(NAME_BYTES_MAX + 1);
const quadBytes = new Uint8Array(4);

/** Reads the record in the current entry of `file` into `zone`; false if it is at fault. */
export function readRecord(zone: MasterZone, file: MasterFile): boolean {
  const { lexer } = file;
  const isOwned = !lexer.hasLeadingBlank;
  const owner = isOwned ? readOwner(zone, file, 0) : lastOwner(zone, file);
  // A bad owner leaves the rest to be read, so that all faults of the line are told at once.
  if (owner !== null) file.owner = owner;
  if (owner !== null && isOwned) warnOfDoubledOwner(zone, file, owner);
  const header = readHeader(zone, file, isOwned ? 1 : 0);
  if (owner === null || header === null) return false;
  const { type, next } = header;
  if (type === RRType.A && lexer.count === next + 1 && readQuad(lexer, next)) {
    if (!isInZone(zone, file, owner, type)) return false;
    addMasterRecord(zone, file, lexer.lines[0]!, type, recordTtl(zone, file, header), owner, quadBytes);
    return true;
  }
  const tokens: RdataToken[] = [];
  for (let i = next; i < lexer.count; i++) tokens.push({ text: lexer.word(i), quoted: lexer.quoted[i] === 1 });
  return putRecord(zone, file, header, owner, tokens);
}

/** Adds the record `owner`, `header`, `tokens` to `zone`, or says what is wrong with it. */
export function putRecord(
  zone: MasterZone,
  file: MasterFile,
  header: RecordHeader,
  owner: Uint8Array,
  tokens: readonly RdataToken[],
): boolean {
  const { type, next } = header;
  if (SIGNER_TYPES.has(type)) {
    const skipped = zone.skipped.get(type);
    if (skipped === undefined) zone.skipped.set(type, { count: 1, place: placeOfWord(file, next - 1) });
    else skipped.count++;
    return true;
  }
  const isInside = isInZone(zone, file, owner, type);
  const rdata = rdataFromText(type, tokens, file.origin);
  if (isRdataFault(rdata)) {
    const subject = subjectOf(zone, owner, type);
    faultAtWord(zone, file, next + rdata.token, 'error', 'rdata-invalid', rdata.message, subject);
    return false;
  }
  if (!isInside) return false;
  if (type === RRType.SOA) {
    const ttl = header.ttl >= 0 || zone.defaultTtl >= 0 ? recordTtl(zone, file, header) : readSoa(rdata, 0).minimum;
    return rememberSoa(zone, file, owner, rdata, ttl);
  }
  warnOfMissingDot(zone, file, owner, type, rdata, tokens);
  const digest = findDigestFault(type, rdata);
  if (digest !== null) {
    const severity = digest.isKnown ? 'error' : 'warning';
    const word = Math.max(next, file.lexer.count - 1);
    faultAtWord(zone, file, word, severity, 'digest-length', digest.message, subjectOf(zone, owner, type));
    if (digest.isKnown) return false;
  }
  addMasterRecord(zone, file, file.lexer.lines[0]!, type, recordTtl(zone, file, header), owner, rdata);
  return true;
}

/** TTL, class and type from word `at` on; null after a fault. */
export function readHeader(zone: MasterZone, file: MasterFile, at: number): RecordHeader | null {
  const { lexer } = file;
  let ttl = -1;
  let hasClass = false;
  for (let i = at; i < lexer.count; i++) {
    const first = lexer.text.charCodeAt(lexer.starts[i]!);
    if (first >= 0x30 && first <= 0x39 && ttl < 0) {
      ttl = durationSeconds(lexer.word(i));
      if (ttl < 0 || ttl > TTL_MAX) {
        const message = `${quoteForFault(lexer.word(i))} is no TTL: write seconds up to ${TTL_MAX}, or a time like 1h30m`;
        faultAtWord(zone, file, i, 'error', 'ttl-invalid', message);
        return null;
      }
      continue;
    }
    const code = keywordCode(lexer.word(i));
    if (code > 0) {
      if (ttl >= 0) zone.lastTtl = ttl;
      return { ttl, type: code, next: i + 1 };
    }
    if (code === CLASS_OTHER) {
      faultAtWord(zone, file, i, 'error', 'class-unsupported', 'only class IN is served: write IN, or nothing');
      return null;
    }
    if (code !== CLASS_IN || hasClass) {
      faultAtWord(zone, file, i, 'error', 'type-unknown', describeUnknownType(lexer.word(i)));
      return null;
    }
    hasClass = true;
  }
  const message =
    'the record has no type: write owner, TTL, IN, type and data; a line that begins without a blank begins with its owner';
  faultAtWord(zone, file, lexer.count, 'error', 'type-missing', message);
  return null;
}

/** The name in word `index` as an owner: absolute, lower case; null after a fault. */
function readOwner(zone: MasterZone, file: MasterFile, index: number): Uint8Array | null {
  const { lexer, originLower } = file;
  const { text } = lexer;
  const start = lexer.starts[index]!;
  const end = lexer.ends[index]!;
  if (end === start + 1 && text.charCodeAt(start) === 0x40) return originLower;
  let labelAt = 0;
  let used = 1;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (used - labelAt - 1 === 0) return readOwnerText(zone, file, index, lexer.word(index));
      ownerBytes[labelAt] = used - labelAt - 1;
      labelAt = used++;
    } else if (code > 0x20 && code < 0x7f && code !== 0x5c && used - labelAt <= 63) {
      ownerBytes[used++] = code >= 0x41 && code <= 0x5a ? code + 32 : code;
    } else {
      return readOwnerText(zone, file, index, lexer.word(index));
    }
    if (used > NAME_BYTES_MAX) return readOwnerText(zone, file, index, lexer.word(index));
  }
  if (used === labelAt + 1) {
    // The text ended with a dot: the empty label is the root.
    ownerBytes[labelAt] = 0;
    return ownerBytes.slice(0, used);
  }
  ownerBytes[labelAt] = used - labelAt - 1;
  if (used + originLower.length > NAME_BYTES_MAX) return readOwnerText(zone, file, index, lexer.word(index));
  const owner = new Uint8Array(used + originLower.length);
  for (let i = 0; i < used; i++) owner[i] = ownerBytes[i]!;
  owner.set(originLower, used);
  return owner;
}

/** The careful form of {@link readOwner}: escapes, odd characters, and what to say about them. */
export function readOwnerText(zone: MasterZone, file: MasterFile, index: number, text: string): Uint8Array | null {
  if (!/^[\x20-\x7e]*$/.test(text)) {
    const message = `${quoteForFault(text)} has characters outside ASCII: write the name in its xn-- form, or octets as \\DDD`;
    faultAtWord(zone, file, index, 'error', 'name-invalid', message);
    return null;
  }
  const name = nameFromText(text, file.originLower);
  if (typeof name !== 'string') return lowerName(name);
  faultAtWord(zone, file, index, 'error', 'name-invalid', describeNameFault(name, text));
  return null;
}

function lastOwner(zone: MasterZone, file: MasterFile): Uint8Array {
  if (file.owner !== null) return file.owner;
  const message =
    'the line begins with a blank, but no record before it has an owner to repeat: write @ for the origin, which is taken now';
  faultAtWord(zone, file, 0, 'warning', 'owner-missing', message);
  return file.originLower;
}

/** The type or class that `word` names, or 0. */
function keywordCode(word: string): number {
  const known = KEYWORDS.get(word);
  if (known !== undefined) return known;
  const upper = word.toUpperCase();
  const same = KEYWORDS.get(upper);
  if (same !== undefined) return same;
  if (/^CLASS\d{1,5}$/.test(upper)) return Number(upper.slice(5)) === 1 ? CLASS_IN : CLASS_OTHER;
  const code = typeCode(upper);
  return code > 0 && isStoredType(code) ? code : 0;
}

function describeUnknownType(word: string): string {
  const said = quoteForFault(word);
  const upper = word.toUpperCase();
  if (upper === 'ALIAS' || upper === 'ANAME') {
    return `${said} has no wire form: write it in the zone's YAML file, which may stand beside this one`;
  }
  return `${said} is no record type that can stand in a zone: write one like A, or TYPE65280 with \\# LENGTH HEX (RFC 3597)`;
}

/** The record's own TTL, else $TTL (RFC 2308 4), else the last one stated (RFC 1035 5.1), else the SOA's minimum. */
function recordTtl(zone: MasterZone, file: MasterFile, header: RecordHeader): number {
  if (header.ttl >= 0) return header.ttl;
  if (zone.defaultTtl >= 0) return zone.defaultTtl;
  if (zone.lastTtl >= 0) return zone.lastTtl;
  const ttl = Math.min(TTL_MAX, zone.soa?.minimum ?? TTL_FALLBACK);
  if (!zone.hasWarnedTtl) {
    const message = `no TTL is stated here or before: ${ttl} is taken; write $TTL on a line before`;
    faultAtWord(zone, file, 0, 'warning', 'ttl-missing', message);
  }
  zone.hasWarnedTtl = true;
  return ttl;
}

/** Whether `owner` belongs to the zone; a fault if not. */
function isInZone(zone: MasterZone, file: MasterFile, owner: Uint8Array, type: number): boolean {
  if (isAtOrBelow(owner, zone.origin)) return true;
  const message =
    'the record is outside the zone that the file is named after: remove it, or mend its owner or $ORIGIN';
  faultAtWord(zone, file, 0, 'error', 'out-of-zone', message, subjectOf(zone, owner, type));
  return false;
}

/** `www.example.com A ...` in example.com means www.example.com.example.com: nearly always a slip. */
function warnOfDoubledOwner(zone: MasterZone, file: MasterFile, owner: Uint8Array): void {
  const { doubledOrigin } = zone;
  if (doubledOrigin === null || owner.length < doubledOrigin.length || !isAtOrBelow(owner, doubledOrigin)) return;
  if (owner === file.originLower || file.lexer.word(0).endsWith('.')) return;
  const message = 'the owner ends with the zone twice: end it with a dot if it is absolute';
  faultAtWord(zone, file, 0, 'warning', 'dot-missing', message);
}

/** `www CNAME www.example.com` in example.com means www.example.com.example.com: nearly always a slip. */
function warnOfMissingDot(
  zone: MasterZone,
  file: MasterFile,
  owner: Uint8Array,
  type: number,
  rdata: Uint8Array,
  tokens: readonly RdataToken[],
): void {
  const { doubledOrigin } = zone;
  const at = targetNameAt(type);
  if (doubledOrigin === null || at < 0 || rdata.length - at < doubledOrigin.length) return;
  const name = rdata.subarray(at);
  if (rdata.at(-1) !== 0 || !isAtOrBelow(lowerName(name), doubledOrigin)) return;
  const written = tokens.findIndex((token) => token.text.includes('.') && !token.text.endsWith('.'));
  if (written < 0) return;
  const message = 'the name ends with the zone twice: end it with a dot if it is absolute';
  const subject = subjectOf(zone, owner, type);
  faultAtWord(zone, file, file.lexer.count - 1, 'warning', 'dot-missing', message, subject);
}

/** The dotted quad in word `index`, into {@link quadBytes}; false if it is none. */
function readQuad(lexer: MasterLexer, index: number): boolean {
  const { text } = lexer;
  const end = lexer.ends[index]!;
  let part = 0;
  let value = -1;
  for (let i = lexer.starts[index]!; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) {
      // No leading zero, which would be octal to some readers.
      if (value === 0) return false;
      value = value < 0 ? code - 0x30 : value * 10 + code - 0x30;
      if (value > 255) return false;
    } else {
      if (code !== 0x2e || value < 0 || part === 3) return false;
      quadBytes[part++] = value;
      value = -1;
    }
  }
  if (part !== 3 || value < 0) return false;
  quadBytes[3] = value;
  return true;
}
