/**
 * Remembers what each zone's files were, and builds those that have changed: read, check, number, compile. A zone whose
 * files have errors is news without a table; so is one whose file was emptied or cut, which a half-finished save and a full
 * disk leave behind, and which no operator means. Runs in the builder thread.
 */

import type { Fault } from '../base/fault.ts';
import { STATUS_FAULTS_MAX } from '../base/limits.ts';
import { compileZone } from '../zone/zone-compile.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import type { ZoneNews } from './builder-messages.ts';
import type { StateDir } from './state-dir.ts';
import { reasonOf } from './state-dir.ts';
import { diffZones, summariseZone, type ZoneSummary } from './zone-changes.ts';
import { type FileStamp, fileFault, stampOf, ZoneFileReader, type ZoneSource } from './zone-files.ts';
import { loadZone, type ZoneDefaults } from './zone-load.ts';

/** What is remembered of a zone between looks. */
type Memory = {
  /** The paths of the zone, as listed, and the stamps of all files that were read for it. */
  sources: string;
  files: readonly FileStamp[];
  hash: string;
  included: ReadonlySet<string>;
  /** Of the last build that was good; serial 0 before it. */
  serial: number;
  summary: ZoneSummary | undefined;
  isEmpty: boolean;
  mainBytes: ReadonlyMap<string, Uint8Array>;
};

/** Octets of a zone's files that are kept to see whether the next version is a cut one. */
const CUT_CHECK_BYTES_MAX = 256 * 1024;
const SERIALS_FILE = 'serials.json';

/** Owner of the memory of all zones. */
export class ZoneBuilder {
  readonly #zonesDir: string;
  readonly #state: StateDir;
  readonly #defaults: ZoneDefaults;
  readonly #memory = new Map<string, Memory>();
  /** Serials that ran ahead of their files' times, by zone and content, from earlier runs and this one. */
  readonly #serials: Map<string, { hash: string; serial: number }>;
  #serialsChanged = false;

  constructor(zonesDir: string, state: StateDir, defaults: ZoneDefaults) {
    this.#zonesDir = zonesDir;
    this.#defaults = defaults;
    this.#state = state;
    this.#serials = decodeSerials(state.read(SERIALS_FILE));
  }

  /** News of the zone, or null when its files are what they were. `explicit`: read even what looks unchanged. */
  look(source: ZoneSource, explicit: boolean, nowMs: number): ZoneNews | null {
    const before = this.#memory.get(source.zone);
    const sources = JSON.stringify(source);
    if (!explicit && before?.sources === sources && before.files.every((file) => isAsBefore(file, nowMs))) return null;
    if (before?.sources === sources && this.#holdsSame(before, nowMs)) return null;
    const reader = new RememberingReader(this.#zonesDir, nowMs);
    const memory: Memory = before ?? emptyMemory();
    try {
      const loaded = loadZone(source, reader, this.#defaults);
      const hash = reader.contentHash();
      const isSame = before?.sources === sources && before.hash === hash;
      Object.assign(memory, { sources, files: reader.files, included: reader.included, hash });
      this.#memory.set(source.zone, memory);
      if (isSame) return null;
      const faults = [...loaded.faults];
      if (loaded.model !== null) faults.push(...this.#suspect(memory, reader, loaded.model));
      const isGood = loaded.model !== null && faults.length === loaded.faults.length;
      const built = isGood ? this.#build(source.zone, memory, reader, loaded.model!, loaded.hasSoa) : null;
      return { zone: source.zone, hash, built, ...boundFaults(faults) };
    } catch (error) {
      // A bug of ours that this zone's content met: the other zones must not pay for it.
      Object.assign(memory, { sources, files: reader.files, included: reader.included, hash: 'defect' });
      this.#memory.set(source.zone, memory);
      const text = error instanceof Error ? (error.stack ?? error.message) : reasonOf(error);
      const fault = fileFault(source.yamlFiles[0] ?? source.masterFile ?? source.zone, 'defect', `our bug: ${text}`);
      return { zone: source.zone, hash: 'defect', built: null, ...boundFaults([fault]) };
    }
  }

  /**
   * Forgets every zone that has no file. Only on the operator's word: a file that is gone for a moment, and comes back
   * empty, must still be told from a new zone.
   */
  forgetOthers(present: ReadonlySet<string>): void {
    for (const zone of this.#memory.keys()) if (!present.has(zone)) this.#memory.delete(zone);
  }

  /** Writes down what the next run must know of serials; after each scan. */
  keepSerials(): void {
    if (!this.#serialsChanged) return;
    this.#serialsChanged = false;
    this.#state.write(SERIALS_FILE, new TextEncoder().encode(JSON.stringify([...this.#serials])));
  }

  /** Real paths of all files that some zone includes. */
  includedFiles(): Set<string> {
    const all = new Set<string>();
    for (const memory of this.#memory.values()) for (const path of memory.included) all.add(path);
    return all;
  }

  /** Paths of every file that was read. */
  *readFiles(): Generator<string> {
    for (const memory of this.#memory.values()) for (const file of memory.files) yield file.path;
  }

  /** Reads the same files again: equal content needs no parsing, whatever their times say. */
  #holdsSame(memory: Memory, nowMs: number): boolean {
    const reader = new ZoneFileReader(this.#zonesDir, nowMs);
    for (const file of memory.files) reader.readMain(file.path);
    if (reader.contentHash() !== memory.hash) return false;
    memory.files = reader.files;
    return true;
  }

  /** Faults of a zone that is sound in itself but cannot be what the operator means, seeing what it was before. */
  #suspect(memory: Memory, reader: RememberingReader, model: ZoneModel): Fault[] {
    if (memory.serial === 0) return [];
    const faults: Fault[] = [];
    for (const [path, bytes] of reader.mainBytes) {
      const old = memory.mainBytes.get(path);
      if (old !== undefined && isCut(old, bytes)) {
        const message =
          'the file ends in the middle of what it was: it looks cut; end it with a new line if it is meant';
        faults.push(fileFault(path, 'zone-file-cut', message));
      }
    }
    const isEmpty = isEmptyZone(model);
    if (faults.length === 0 && isEmpty && !memory.isEmpty) {
      const path = [...reader.mainBytes.keys()][0] ?? reader.files[0]?.path ?? '';
      const message = 'nothing is left of the zone: to stop serving it, remove its file and reload';
      faults.push(fileFault(path, 'zone-emptied', message));
    }
    return faults;
  }

  #build(zone: string, memory: Memory, reader: RememberingReader, model: ZoneModel, hasSoa: boolean) {
    const serial = hasSoa ? model.soa.serial : this.#nextSerial(zone, memory, reader.modifiedSeconds);
    const compiled = compileZone({ ...model, soa: { ...model.soa, serial } });
    const summary = summariseZone(model);
    const changes = diffZones(memory.summary, summary);
    memory.serial = serial;
    memory.summary = summary;
    memory.isEmpty = isEmptyZone(model);
    memory.mainBytes = reader.bytesRead <= CUT_CHECK_BYTES_MAX ? reader.mainBytes : new Map();
    return { ...compiled, serial, changes };
  }

  /**
   * The time of the newest file, so that nodes with the same files agree and a restart changes nothing; one more than
   * the last where that would not grow (two saves in a second, an older file put in place).
   */
  #nextSerial(zone: string, memory: Memory, modifiedSeconds: number): number {
    const kept = this.#serials.get(zone);
    const last = Math.max(memory.serial, kept?.serial ?? 0);
    if (kept?.hash === memory.hash && kept.serial >= memory.serial) return kept.serial;
    const serial = Math.max(1, modifiedSeconds, last + (last > 0 ? 1 : 0));
    const isAhead = serial > modifiedSeconds;
    if (isAhead) this.#serials.set(zone, { hash: memory.hash, serial });
    else this.#serials.delete(zone);
    this.#serialsChanged ||= isAhead || kept !== undefined;
    return serial;
  }
}

/** A reader that also keeps the octets of the zone's own files, while they are few. */
class RememberingReader extends ZoneFileReader {
  readonly mainBytes = new Map<string, Uint8Array>();

  override readMain(path: string): ReturnType<ZoneFileReader['readMain']> {
    const read = super.readMain(path);
    if ('bytes' in read) this.mainBytes.set(path, read.bytes);
    return read;
  }
}

function isEmptyZone(model: ZoneModel): boolean {
  return model.records.count + model.dynamics.length + model.aliases.length === 0;
}

function emptyMemory(): Memory {
  return {
    sources: '',
    files: [],
    hash: '',
    included: new Set(),
    serial: 0,
    summary: undefined,
    isEmpty: true,
    mainBytes: new Map(),
  };
}

function isAsBefore(file: FileStamp, nowMs: number): boolean {
  return stampOf(file.path, nowMs) === file.stamp;
}

/** True if `next` is the beginning of `before` and ends inside a line. */
function isCut(before: Uint8Array, next: Uint8Array): boolean {
  const newline = 0x0a;
  if (next.length >= before.length || next.length === 0) return false;
  if (next.at(-1) === newline || before[next.length] === newline) return false;
  return Buffer.compare(before.subarray(0, next.length), next) === 0;
}

function boundFaults(faults: readonly Fault[]): Pick<ZoneNews, 'faults' | 'errors' | 'warnings'> {
  const errors = faults.filter((fault) => fault.severity === 'error');
  const warnings = faults.filter((fault) => fault.severity === 'warning');
  return {
    faults: [...errors, ...warnings].slice(0, STATUS_FAULTS_MAX),
    errors: errors.length,
    warnings: warnings.length,
  };
}

function decodeSerials(bytes: Uint8Array | null): Map<string, { hash: string; serial: number }> {
  const serials = new Map<string, { hash: string; serial: number }>();
  if (bytes === null) return serials;
  try {
    for (const [zone, entry] of JSON.parse(new TextDecoder().decode(bytes)) as [string, Record<string, unknown>][]) {
      const { hash, serial } = entry;
      if (typeof zone !== 'string' || typeof hash !== 'string') continue;
      if (Number.isInteger(serial) && (serial as number) > 0 && (serial as number) <= 0xffffffff) {
        serials.set(zone, { hash, serial: serial as number });
      }
    }
  } catch {
    // Damaged: serials come from the files' times again.
  }
  return serials;
}
