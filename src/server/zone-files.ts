/**
 * The zones directory: which files make which zone, and their octets. All the reading of zone files is here, and so is all
 * that keeps a reader inside the directory and inside its bounds.
 *
 *   example.com.yaml        octoDNS, one file              example.com.zone   master file (RFC 1035), may stand beside it
 *   example.com./x.yaml     octoDNS, split directory       $example.com.yaml  octoDNS's catch-all of a split zone
 *
 * Everything else (dot files, editors' backups and lock files, README) is not a zone. Used by the builder thread and by
 * `check`; the calls are synchronous and must not be made on a thread that serves.
 */

import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { domainToASCII } from 'node:url';
import type { Fault } from '../base/fault.ts';
import { INCLUDE_FILES_MAX, ZONE_FILE_BYTES_MAX, ZONES_MAX } from '../base/limits.ts';
import { lowerName, nameFromText, nameToText } from '../wire/name.ts';
import { StartError } from './start-error.ts';
import { isErrno, reasonOf } from './state-dir.ts';

/** The files of one zone, in the order in which they are read. */
export type ZoneSource = {
  /** Presentation form, lower case, with the final dot. */
  readonly zone: string;
  readonly yamlFiles: readonly string[];
  readonly masterFile: string | null;
  /** Zones with files of their own below this one, relative to it; the records there are theirs (octoDNS). */
  readonly subZones?: readonly string[];
  /** Faults of the names themselves: two spellings of one zone and the like. */
  readonly faults: readonly Fault[];
};

export type ZoneListing = {
  /** By name. */
  readonly sources: readonly ZoneSource[];
  /** The zones directory and every split directory. */
  readonly directories: readonly string[];
  /** Of the directory as a whole; errors mean that `sources` is not the whole truth and nothing may be dropped. */
  readonly faults: readonly Fault[];
};

/** One file as it was when it was read. */
export type FileStamp = { readonly path: string; readonly stamp: string };

/** Octets, or the fault that stands for them. */
export type FileRead = { readonly bytes: Uint8Array } | { readonly fault: Fault };

/** File timestamps are as coarse as the kernel's tick; a file changed this recently may change again unseen. */
const STAMP_SETTLES_MS = 50;
/** How often a file that changes while it is read is tried. */
const READ_TRIES = 3;

/** What is in `zonesDir`. Never throws. */
export function listZoneSources(zonesDir: string): ZoneListing {
  const faults: Fault[] = [];
  const groups = new Map<string, ZoneGroup>();
  const directories = [zonesDir];
  let names: string[];
  try {
    names = readdirSync(zonesDir).sort();
  } catch (error) {
    return { sources: [], directories, faults: [fileFault(zonesDir, 'zones-directory-unreadable', reasonOf(error))] };
  }
  for (const name of names) addEntry(zonesDir, name, groups, directories, faults);
  if (groups.size > ZONES_MAX) {
    faults.push(fileFault(zonesDir, 'too-many-zones', `more than ZONES_MAX (${ZONES_MAX}) zones`));
  }
  const subZones = findSubZones(groups);
  const sources = [...groups.values()].slice(0, ZONES_MAX).map((group) => sourceOf(group, subZones));
  return { sources: sources.sort((a, b) => (a.zone < b.zone ? -1 : 1)), directories, faults };
}

/**
 * The zones among `sources` that are none: files such as `pools.yaml`, which other zones include, look like a zone of one
 * label. A name with a dot stays a zone, whoever includes it. `included`: real paths of all files that some zone includes.
 */
export function findParts(sources: readonly ZoneSource[], included: ReadonlySet<string>): Set<string> {
  const parts = new Set<string>();
  if (included.size === 0) return parts;
  for (const { zone, yamlFiles, masterFile } of sources) {
    const isOneLabel = zone.indexOf('.') === zone.length - 1;
    const files = masterFile === null ? yamlFiles : [...yamlFiles, masterFile];
    if (isOneLabel && files.every((file) => included.has(realPathOrSelf(file)))) parts.add(zone);
  }
  return parts;
}

/**
 * The zone whose file is called `path`, for files named on the command line; null when the name says none (and a fault
 * then says why).
 */
export function zoneOfFileName(path: string): { zone: string; form: 'yaml' | 'master' } | null {
  const match = /^\$?(.+)\.(yaml|zone)$/.exec(basename(path));
  if (match === null) return null;
  // A file inside a split directory belongs to the directory's zone, whatever its own name is.
  const parent = basename(dirname(resolve(path)));
  const splitZone = match[2] === 'yaml' && parent.length > 1 && parent.endsWith('.') ? parent.slice(0, -1) : null;
  const zone = zoneNameOf(splitZone ?? match[1]!);
  return zone === null ? null : { zone, form: match[2] === 'yaml' ? 'yaml' : 'master' };
}

/** Reads the files of one zone, remembers their stamps and hashes their content. */
export class ZoneFileReader {
  /** Every file asked for, also those that could not be read: their appearance is a change. */
  readonly files: FileStamp[] = [];
  /** Real paths of the files that were included. */
  readonly included = new Set<string>();
  /** Latest modification among them, seconds since the epoch. */
  modifiedSeconds = 0;
  /** Octets of all of them. */
  bytesRead = 0;
  readonly #root: string;
  readonly #nowMs: number;
  readonly #drafts: ReadonlyMap<string, Uint8Array>;
  readonly #hash = createHash('sha256');

  /**
   * `zonesDir` bounds what may be included; `nowMs` is the wall clock; `drafts`, by real path, is read instead of what those files
   * hold.
   */
  constructor(zonesDir: string, nowMs: number, drafts: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#drafts = drafts;
    this.#root = realPathOrSelf(zonesDir);
    this.#nowMs = nowMs;
  }

  /** Octets of a file of the zone itself. A symlink may lead anywhere: who may write here may write a zone. */
  readMain(path: string): FileRead {
    return this.#read(path);
  }

  /** Octets of `target` as written in `from`, relative to it; `path` names it in faults and in further includes. */
  readInclude(target: string, from: string): { readonly path: string; readonly bytes: Uint8Array } | { fault: Fault } {
    const path = join(dirname(from), target);
    if (target.includes('\0') || resolve(path) !== resolve(dirname(from), target)) {
      return { fault: fileFault(from, 'include-outside', `include "${printable(target)}" must be a relative path`) };
    }
    if (this.included.size >= INCLUDE_FILES_MAX) {
      const message = `more than INCLUDE_FILES_MAX (${INCLUDE_FILES_MAX}) files included`;
      return { fault: fileFault(from, 'too-many-includes', message) };
    }
    let real: string;
    try {
      real = realpathSync(path);
    } catch (error) {
      this.files.push({ path, stamp: stampOf(path, this.#nowMs) });
      return { fault: fileFault(from, 'include-unreadable', `include "${printable(target)}": ${shortReason(error)}`) };
    }
    if (!real.startsWith(this.#root + sep)) {
      const message = `include "${printable(target)}" leaves the zones directory`;
      return { fault: fileFault(from, 'include-outside', message) };
    }
    this.included.add(real);
    const read = this.#read(path);
    if ('fault' in read) return { fault: { ...read.fault, file: from } };
    return { path, bytes: read.bytes };
  }

  /** Of all content read so far. */
  contentHash(): string {
    return this.#hash.copy().digest('base64url');
  }

  #read(path: string): FileRead {
    // The stamp first: a change between the two is then seen as one more change, not lost.
    this.files.push({ path, stamp: stampOf(path, this.#nowMs) });
    try {
      const { bytes: written, modifiedMs } = readRegularFile(path, ZONE_FILE_BYTES_MAX);
      const bytes = this.#drafts.get(realPathOrSelf(path)) ?? written;
      this.modifiedSeconds = Math.max(this.modifiedSeconds, Math.floor(modifiedMs / 1000));
      this.bytesRead += bytes.length;
      this.#hash.update(`${bytes.length}:`).update(bytes);
      return { bytes };
    } catch (error) {
      this.#hash.update(`!${reasonOf(error)}`);
      return { fault: fileFault(path, 'file-unreadable', shortReason(error)) };
    }
  }
}

/** What the file at `path` is now; equal texts mean that nobody has written to it between. */
export function stampOf(path: string, nowMs: number): string {
  try {
    const stat = statSync(path, { bigint: true });
    const changedMs = Number(stat.ctimeMs);
    // Too fresh to trust: a stamp that equals no other, so that the next look reads the content.
    if (nowMs - changedMs < STAMP_SETTLES_MS && changedMs - nowMs < STAMP_SETTLES_MS) return `fresh ${nowMs}`;
    return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
  } catch (error) {
    return `none ${(error as NodeJS.ErrnoException).code}`;
  }
}

/** A fault of a file as a whole. */
export function fileFault(file: string, code: string, message: string): Fault {
  return { file, line: 0, column: 0, severity: 'error', code, record: null, type: null, message };
}

type ZoneGroup = {
  readonly zone: string;
  readonly yamlFiles: string[];
  readonly masterFiles: string[];
  /** Spellings of the zone's name that were met. */
  readonly spellings: Set<string>;
  readonly faults: Fault[];
};

function addEntry(
  zonesDir: string,
  name: string,
  groups: Map<string, ZoneGroup>,
  directories: string[],
  faults: Fault[],
): void {
  if (name.startsWith('.') || name.startsWith('#') || /^readme\b/i.test(name)) return;
  const path = join(zonesDir, name);
  const match = /^(\$?)(.+?)(\.yaml|\.zone|\.)$/.exec(name);
  if (match === null) return;
  const form = match[3]!;
  if (form === '.' && !isDirectory(path)) return;
  const spelling = match[2]!;
  const zone = zoneNameOf(spelling);
  if (zone === null) {
    faults.push({ ...fileFault(path, 'zone-file-name', 'the file name is no zone name'), severity: 'warning' });
    return;
  }
  let group = groups.get(zone);
  if (group === undefined) {
    group = { zone, yamlFiles: [], masterFiles: [], spellings: new Set(), faults: [] };
    groups.set(zone, group);
  }
  group.spellings.add(spelling);
  if (form === '.zone') group.masterFiles.push(path);
  else if (form === '.yaml') group.yamlFiles.push(path);
  else addSplitDirectory(path, group, directories);
}

function addSplitDirectory(directory: string, group: ZoneGroup, directories: string[]): void {
  directories.push(directory);
  try {
    for (const name of readdirSync(directory).sort()) {
      if (name.startsWith('.') || name.startsWith('#') || !name.endsWith('.yaml')) continue;
      group.yamlFiles.push(join(directory, name));
    }
  } catch (error) {
    group.faults.push(fileFault(directory, 'file-unreadable', shortReason(error)));
  }
}

/** The zones below each zone that has any. */
function findSubZones(groups: ReadonlyMap<string, ZoneGroup>): Map<string, string[]> {
  const subZones = new Map<string, string[]>();
  for (const zone of groups.keys()) {
    for (let dot = zone.indexOf('.'); dot >= 0 && dot < zone.length - 1; dot = zone.indexOf('.', dot + 1)) {
      const parent = zone.slice(dot + 1);
      if (!groups.has(parent)) continue;
      const list = subZones.get(parent);
      if (list === undefined) subZones.set(parent, [zone.slice(0, dot)]);
      else list.push(zone.slice(0, dot));
    }
  }
  return subZones;
}

function sourceOf(group: ZoneGroup, subZones: ReadonlyMap<string, string[]>): ZoneSource {
  const faults = [...group.faults];
  const first = group.yamlFiles[0] ?? group.masterFiles[0] ?? group.zone;
  if (group.spellings.size > 1) {
    const list = [...group.spellings].join('", "');
    faults.push(fileFault(first, 'zone-file-twice', `one zone under several names: "${list}"; keep one spelling`));
  }
  return {
    zone: group.zone,
    yamlFiles: group.yamlFiles,
    masterFile: group.masterFiles[0] ?? null,
    subZones: subZones.get(group.zone) ?? [],
    faults,
  };
}

/** The zone of a file called `spelling`, in UTF-8 or IDNA form, or null. */
function zoneNameOf(spelling: string): string | null {
  const isAscii = /^[\x21-\x7e]+$/.test(spelling);
  // Windows and macOS hand out decomposed forms; IDNA wants the composed one.
  const ascii = isAscii ? spelling : domainToASCII(spelling.normalize('NFC'));
  if (ascii === '') return null;
  const name = nameFromText(ascii.endsWith('.') ? ascii : `${ascii}.`);
  return typeof name === 'string' ? null : nameToText(lowerName(name));
}

/** The whole of a file, as of one moment. Throws for what is not a file: a FIFO would hold the thread for ever. */
export function readRegularFile(path: string, bytesMax: number): { bytes: Uint8Array; modifiedMs: number } {
  for (let tries = 1; ; tries++) {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const before = fstatSync(fd);
      if (!before.isFile()) throw new Error('not a regular file');
      if (before.size > bytesMax) throw new Error(`${before.size} octets, more than the ${bytesMax} allowed`);
      const bytes = new Uint8Array(before.size);
      let filled = 0;
      for (let count = -1; filled < bytes.length && count !== 0; filled += count) {
        count = readSync(fd, bytes, filled, bytes.length - filled, filled);
      }
      const after = fstatSync(fd);
      const same = after.size === before.size && after.mtimeMs === before.mtimeMs && filled === before.size;
      if (same) return { bytes, modifiedMs: after.mtimeMs };
      if (tries === READ_TRIES) throw new Error('being written while it is read');
    } finally {
      closeSync(fd);
    }
  }
}

function shortReason(error: unknown): string {
  if (isErrno(error, 'ENOENT')) return 'no such file';
  if (isErrno(error, 'EACCES')) return 'permission denied';
  if (isErrno(error, 'EISDIR')) return 'is a directory';
  if (isErrno(error, 'ELOOP')) return 'too many symbolic links';
  return reasonOf(error);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function realPathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Text of a file in a message of ours: control characters would move the terminal's cursor. */
function printable(text: string): string {
  return JSON.stringify(text.slice(0, 200)).slice(1, -1);
}

/** Throws {@link StartError} unless `directory` can be read. */
export function requireDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new StartError(`no zones directory at ${directory}: create it or name another with --zones DIR`);
  }
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
  } catch {
    throw new StartError(`the zones directory ${directory} cannot be read: give this user the right to`);
  }
}
