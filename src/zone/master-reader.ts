/**
 * The way in for RFC 1035 master files: text to a {@link ZoneModel}, with every fault of every file and nothing thrown.
 *
 *     text -> master-lexer (entries, words) -> master-record | master-directive -> ZoneRecords -> master-checks -> model
 *
 * Pure: the caller reads files, and decides which may be included. Called by whoever loads zones.
 */

import type { Fault } from '../base/fault.ts';
import { ZONE_FILE_BYTES_MAX } from '../base/limits.ts';
import { RRType, typeName } from '../wire/codes.ts';
import { lowerName, nameToText } from '../wire/name.ts';
import { checkMasterZone } from './master-checks.ts';
import { readDirective } from './master-directive.ts';
import { NO_SUBJECT } from './master-faults.ts';
import { MasterLexer } from './master-lexer.ts';
import { readRecord } from './master-record.ts';
import { makeSoa } from './master-soa.ts';
import { type IncludeFile, type MasterFile, type MasterZone, newMasterZone } from './master-state.ts';
import type { ZoneModel } from './zone-model.ts';

/** One zone's main file. */
export type MasterInput = {
  /** For faults. */
  readonly path: string;
  readonly text: string;
  /** Wire form; from the file's name. */
  readonly origin: Uint8Array;
  /** Serial of the SOA that is made up when the file has none. */
  readonly fallbackSerial: number;
  readonly include: IncludeFile;
};

/** `model` is null exactly when `faults` has an error. */
export type MasterResult = {
  readonly model: ZoneModel | null;
  readonly faults: Fault[];
  /** Whether the SOA stood in the file; a made-up one gives way to one from elsewhere. */
  readonly hasSoa: boolean;
};

const DOLLAR = 0x24;

/** Reads a zone. Duplicate records stay in: the compiler drops them. */
export function readMasterZone(input: MasterInput): MasterResult {
  const origin = lowerName(input.origin);
  const zone = newMasterZone(input.path, origin, input.include);
  readFile(zone, input.path, input.text, input.origin, null);
  reportSkipped(zone);
  checkMasterZone(zone);
  const faults = zone.faults.list(input.path);
  const hasSoa = zone.soa !== null;
  if (zone.faults.hasErrors) return { model: null, faults, hasSoa };
  const soa = zone.soa ?? makeSoa(zone, input.fallbackSerial);
  const model: ZoneModel = {
    origin,
    originText: nameToText(origin),
    soa,
    records: zone.records,
    dynamics: [],
    aliases: [],
    follows: [],
  };
  return { model, faults, hasSoa };
}

/** Reads one file into `zone`; `from` is the file that includes it, or null for the main one. */
function readFile(zone: MasterZone, path: string, text: string, origin: Uint8Array, from: MasterFile | null): void {
  zone.charsRead += text.length;
  if (zone.charsRead > ZONE_FILE_BYTES_MAX) {
    const message = `the zone's files are over ${ZONE_FILE_BYTES_MAX} octets (ZONE_FILE_BYTES_MAX): split the zone`;
    zone.faults.add('error', 'zone-too-large', { file: path, line: 0, column: 0 }, NO_SUBJECT, message);
    zone.isFull = true;
    return;
  }
  const lexer = new MasterLexer(text);
  const stack = [...(from?.stack ?? []), path];
  const file: MasterFile = { path, lexer, stack, origin, originLower: lowerName(origin), owner: null };
  while (!zone.isFull && lexer.next()) readEntry(zone, file);
}

function readEntry(zone: MasterZone, file: MasterFile): void {
  const { lexer } = file;
  if (lexer.fault !== null) {
    const { line, column, message } = lexer.fault;
    zone.faults.add('error', 'syntax', { file: file.path, line, column }, NO_SUBJECT, message);
    lexer.unfold();
    return;
  }
  const isDirective =
    !lexer.hasLeadingBlank && lexer.quoted[0] === 0 && lexer.text.charCodeAt(lexer.starts[0]!) === DOLLAR;
  const isGood = isDirective ? readDirective(zone, file, readFile) : readRecord(zone, file);
  if (isGood) return;
  const line = lexer.lines[0]!;
  if (lexer.unfold()) {
    const message = 'a quote on this line is closed on a later one only: is its closing quote missing here?';
    zone.faults.add('error', 'syntax', { file: file.path, line, column: 1 }, NO_SUBJECT, message);
  }
}

/** One warning for each type that is left out, however many records there are. */
function reportSkipped(zone: MasterZone): void {
  for (const [type, { count, place }] of zone.skipped) {
    const name = typeName(type);
    const what =
      type === RRType.RRSIG || type === RRType.ZONEMD ? 'would go stale' : 'belong to the zone as it was signed';
    const message = `${count} ${name} records are left out: they ${what}; take them from the unsigned zone file`;
    zone.faults.add('warning', 'signature-skipped', place, { record: null, type: name }, message);
  }
}
