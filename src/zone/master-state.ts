/**
 * What is known while a zone's master files are read: of the whole zone ({@link MasterZone}) and of the file at hand
 * ({@link MasterFile}). Made by the master reader; its directives and records write here.
 */

import type { Place, Severity } from '../base/fault.ts';
import { ZONE_RECORDS_BYTES_MAX, ZONE_RECORDS_MAX } from '../base/limits.ts';
import { typeName } from '../wire/codes.ts';
import { isAtOrBelow, nameToText } from '../wire/name.ts';
import { type FaultSubject, MasterFaults, NO_SUBJECT } from './master-faults.ts';
import type { MasterLexer } from './master-lexer.ts';
import { type SoaModel, ZoneRecords } from './zone-model.ts';

/** Reads a file that `$INCLUDE` names: its text, or why there is none. Confines includes to the zones directory. */
export type IncludeFile = (path: string, from: string) => { path: string; text: string } | string;

/** One file while it is read. */
export type MasterFile = {
  readonly path: string;
  readonly lexer: MasterLexer;
  /** Paths of the files that led here, this one last. */
  readonly stack: readonly string[];
  /** `$ORIGIN`, case kept: what relative names in RDATA get. */
  origin: Uint8Array;
  /** The same in lower case: what relative owners get. */
  originLower: Uint8Array;
  /** The owner of the last record, lower case; null before the first. */
  owner: Uint8Array | null;
};

/** What is said in an included file instead of a message that repeats some of its text, by code. */
const WITHHELD = {
  'rdata-invalid':
    'the data of the record is not in the form of its type (an included file is not quoted): mend this word',
  'ttl-invalid': 'this word is no TTL: write seconds, or a time like 1h30m',
  'type-unknown':
    'this word is no record type that can stand in a zone: write one like A, or TYPE65280 with \\# LENGTH HEX (RFC 3597)',
  'name-invalid': 'this word is no name: labels of 1 to 63 ASCII characters with dots between',
  'directive-unknown': 'this word is no directive: $ORIGIN, $TTL, $INCLUDE and $GENERATE are',
  'generate-invalid': '$GENERATE: write first-last[/step] owner type data',
  'include-failed': 'the file that this line includes cannot be read: it must be a file in the zones directory',
} as const;

/** One zone while it is read. */
export type MasterZone = {
  /** Wire form, lower case. */
  readonly origin: Uint8Array;
  /** The origin written after itself, which a forgotten final dot makes of a name; null where that proves nothing. */
  readonly doubledOrigin: Uint8Array | null;
  readonly path: string;
  readonly records: ZoneRecords;
  readonly rows: RowPlaces;
  readonly faults: MasterFaults;
  readonly include: IncludeFile;
  soa: SoaModel | null;
  soaRdata: Uint8Array | null;
  /** `$TTL`, or -1. */
  defaultTtl: number;
  /** The last TTL that a record stated (RFC 1035 5.1), or -1. */
  lastTtl: number;
  hasWarnedTtl: boolean;
  filesIncluded: number;
  charsRead: number;
  recordsGenerated: number;
  /** Records left out on purpose, by type: how many, and where the first stood. */
  readonly skipped: Map<number, { count: number; readonly place: Place }>;
  isFull: boolean;
};

/** Which line of which file each row of the records came from, for faults that are found once all are read. */
export class RowPlaces {
  #lines: Uint32Array = new Uint32Array(64);
  #firstRows: number[] = [];
  #paths: string[] = [];
  #count = 0;

  add(path: string, line: number): void {
    if (path !== this.#paths.at(-1)) {
      this.#firstRows.push(this.#count);
      this.#paths.push(path);
    }
    if (this.#count === this.#lines.length) {
      const lines = new Uint32Array(this.#count * 2);
      lines.set(this.#lines);
      this.#lines = lines;
    }
    this.#lines[this.#count++] = line;
  }

  place(row: number): Place {
    let low = 0;
    let high = this.#firstRows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#firstRows[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return { file: this.#paths[low]!, line: this.#lines[row]!, column: 1 };
  }
}

/** A zone of which nothing is read yet. `origin` in lower case. */
export function newMasterZone(path: string, origin: Uint8Array, include: IncludeFile): MasterZone {
  return {
    origin,
    doubledOrigin: doubled(origin),
    path,
    records: new ZoneRecords(),
    rows: new RowPlaces(),
    faults: new MasterFaults(),
    include,
    soa: null,
    soaRdata: null,
    defaultTtl: -1,
    lastTtl: -1,
    hasWarnedTtl: false,
    filesIncluded: 0,
    charsRead: 0,
    recordsGenerated: 0,
    skipped: new Map(),
    isFull: false,
  };
}

/** Adds one record that is checked; a zone over its limits is a fault once, and takes no more. */
export function addMasterRecord(
  zone: MasterZone,
  file: MasterFile,
  line: number,
  type: number,
  ttl: number,
  owner: Uint8Array,
  rdata: Uint8Array,
): void {
  const { records } = zone;
  const bytes = records.bytesUsed + owner.length + rdata.length;
  if (records.count >= ZONE_RECORDS_MAX || bytes > ZONE_RECORDS_BYTES_MAX) {
    if (!zone.isFull) {
      const limits = `ZONE_RECORDS_MAX ${ZONE_RECORDS_MAX}, ZONE_RECORDS_BYTES_MAX ${ZONE_RECORDS_BYTES_MAX}`;
      const place = { file: file.path, line, column: 1 };
      zone.faults.add('error', 'zone-too-large', place, NO_SUBJECT, `the zone is too large (${limits}): split it`);
    }
    zone.isFull = true;
    return;
  }
  records.add(owner, type, ttl, rdata, file.stack.length === 1 ? line : 0);
  zone.rows.add(file.path, line);
}

/**
 * A fault at word `index` of the current entry, or at its last word when there are fewer. Of an included file nothing is
 * repeated, neither in the message nor in the subject: it may be no zone file at all but one with secrets.
 */
export function faultAtWord(
  zone: MasterZone,
  file: MasterFile,
  index: number,
  severity: Severity,
  code: string,
  message: string,
  subject: FaultSubject = NO_SUBJECT,
): void {
  const isIncluded = file.stack.length > 1;
  const said = isIncluded && code in WITHHELD ? WITHHELD[code as keyof typeof WITHHELD] : message;
  zone.faults.add(severity, code, placeOfWord(file, index), isIncluded ? NO_SUBJECT : subject, said);
}

/** Where word `index` of the current entry stands, or its last word when there are fewer. */
export function placeOfWord(file: MasterFile, index: number): Place {
  const { lexer } = file;
  const at = Math.max(0, Math.min(index, lexer.count - 1));
  return { file: file.path, line: lexer.lines[at]!, column: lexer.columns[at]! };
}

/** A record as faults name it: its owner relative to the zone (`''` for the apex), and its type. */
export function subjectOf(zone: MasterZone, owner: Uint8Array, type: number): FaultSubject {
  return { record: relativeName(owner, zone.origin), type: typeName(type) };
}

/** `owner` as the file's keys have it: relative to `origin` if it is inside, else absolute. */
function relativeName(owner: Uint8Array, origin: Uint8Array): string {
  if (!isAtOrBelow(owner, origin)) return nameToText(owner);
  const head = new Uint8Array(owner.length - origin.length + 1);
  head.set(owner.subarray(0, owner.length - origin.length));
  return head.length === 1 ? '' : nameToText(head).slice(0, -1);
}

/** Names of one label repeat for good reasons (`com.com`), so they prove nothing. */
function doubled(origin: Uint8Array): Uint8Array | null {
  const isShort = origin.length === 1 || origin.length === 2 + origin[0]!;
  if (isShort || origin.length * 2 - 1 > 255) return null;
  const name = new Uint8Array(origin.length * 2 - 1);
  name.set(origin.subarray(0, -1));
  name.set(origin, origin.length - 1);
  return name;
}
