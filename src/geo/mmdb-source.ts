/**
 * An MMDB file (MaxMind DB format 2.0) as a geo source. The whole file is verified before it is accepted: metadata, every record of the
 * search tree, every value that the tree leads to, and a walk of the tree itself, all with bounded depth and work. Read at compile
 * time only; queries never touch it.
 *
 *   [search tree: nodeCount nodes of 2 records of 24, 28 or 32 bits] [16 zeros] [data section] [marker] [metadata map]
 *
 * A record below nodeCount is a node, nodeCount itself means "nothing here", above is a place in the data section. In a tree of IPv6
 * the IPv4 addresses stand under ::/96; ::ffff:0:0/96, 2001::/32 and 2002::/16 usually lead to that same node again.
 */

import type { IpFamily } from '../base/ip-address.ts';
import { MMDB_FILE_BYTES_MAX, MMDB_STEPS_PER_NODE_MAX } from '../base/limits.ts';
import type { Progress } from '../base/progress.ts';
import { type GeoSource, GeoSourceError } from './geo-source.ts';
import type { LocationClasses } from './location-classes.ts';
import { MmdbDamage, MmdbData } from './mmdb-data.ts';
import { placeOfRecord } from './mmdb-place.ts';
import { HOLE, type RunList } from './prefix-runs.ts';

const MARKER = [0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com')] as const;
/** The metadata stands within this much of the end (format specification). */
const METADATA_BYTES_MAX = 128 * 1024;
const SEPARATOR_BYTES = 16;
/** After so many networks the progress is told: some milliseconds of work. */
const TOLD_NETWORKS = 16_384;

/** How much a file knows: coordinates, countries only, or no places at all (e.g. a file of AS numbers). */
export type MmdbRichness = 'city' | 'country' | 'none';

export type MmdbSource = GeoSource & {
  readonly richness: MmdbRichness;
  /** `database_type` of the metadata, e.g. `GeoLite2-City`. */
  readonly databaseType: string;
  /** `build_epoch` of the metadata, seconds; 0 when it does not say. */
  readonly builtSeconds: number;
};

/** The parts of a verified file. */
type Mmdb = {
  readonly tree: DataView;
  readonly nodeCount: number;
  readonly recordBits: number;
  readonly ipVersion: 4 | 6;
  readonly data: MmdbData;
  readonly databaseType: string;
  readonly builtSeconds: number;
};

/** Verifies `bytes` and makes a source of them, or says what is wrong with the file called `name`. */
export function readMmdb(bytes: Uint8Array, name: string): MmdbSource | GeoSourceError {
  try {
    const mmdb = openMmdb(bytes);
    verifyTree(mmdb);
    const richness = richnessOf(mmdb);
    const { databaseType, builtSeconds } = mmdb;
    return {
      name,
      richness,
      databaseType,
      builtSeconds,
      fill: (classes, v4, v6, progress) => fillRuns(mmdb, classes, v4, v6, progress),
    };
  } catch (error) {
    if (error instanceof MmdbDamage) return new GeoSourceError(name, error.code, error.message);
    throw error;
  }
}

/** Databases in the order in which they are asked: cities before countries, then by name; files without places apart. */
export function orderMmdbSources(sources: readonly MmdbSource[]): { databases: MmdbSource[]; ignored: MmdbSource[] } {
  const byName = (a: MmdbSource, b: MmdbSource) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const of = (richness: MmdbRichness) => sources.filter((source) => source.richness === richness).sort(byName);
  return { databases: [...of('city'), ...of('country')], ignored: of('none') };
}

function openMmdb(bytes: Uint8Array): Mmdb {
  if (bytes.length > MMDB_FILE_BYTES_MAX) throw new MmdbDamage('bad-size', 'larger than MMDB_FILE_BYTES_MAX');
  const markerAt = findMarker(bytes);
  if (markerAt < 0) throw new MmdbDamage('not-mmdb', 'no MaxMind DB file (its metadata marker is missing)');
  const meta = new MmdbData(bytes.subarray(markerAt + MARKER.length));
  if (meta.length === 0) throw new MmdbDamage('bad-metadata', 'the metadata is missing');
  meta.verify(0);
  const field = (key: string) => meta.number(meta.find(0, key));
  const version = field('binary_format_major_version');
  const nodeCount = field('node_count') ?? 0;
  const recordBits = field('record_size') ?? 0;
  const ipVersion = field('ip_version');
  if (version !== 2) throw new MmdbDamage('bad-metadata', `format version ${version} is not 2`);
  if (recordBits !== 24 && recordBits !== 28 && recordBits !== 32) {
    throw new MmdbDamage('bad-metadata', `records of ${recordBits} bits do not exist`);
  }
  if (ipVersion !== 4 && ipVersion !== 6)
    throw new MmdbDamage('bad-metadata', `IP version ${ipVersion} does not exist`);
  if (!Number.isInteger(nodeCount) || nodeCount < 1)
    throw new MmdbDamage('bad-metadata', 'a search tree without nodes');
  const treeBytes = (nodeCount * recordBits) / 4;
  const dataAt = treeBytes + SEPARATOR_BYTES;
  if (dataAt > markerAt) throw new MmdbDamage('bad-tree', `${nodeCount} nodes do not fit into the file`);
  if (bytes.subarray(treeBytes, dataAt).some((byte) => byte !== 0)) {
    throw new MmdbDamage('bad-tree', `no separator after ${nodeCount} nodes: the node count or the tree is wrong`);
  }
  return {
    tree: new DataView(bytes.buffer, bytes.byteOffset, treeBytes),
    nodeCount,
    recordBits,
    ipVersion,
    data: new MmdbData(bytes.subarray(dataAt, markerAt)),
    databaseType: meta.text(meta.find(0, 'database_type')) ?? '',
    builtSeconds: field('build_epoch') ?? 0,
  };
}

/** Offset of the last metadata marker, or -1. */
function findMarker(bytes: Uint8Array): number {
  const lowest = Math.max(0, bytes.length - METADATA_BYTES_MAX);
  for (let at = bytes.length - MARKER.length; at >= lowest; at--) {
    let i = 0;
    while (i < MARKER.length && bytes[at + i] === MARKER[i]) i++;
    if (i === MARKER.length) return at;
  }
  return -1;
}

/** Checks every record of every node, all data they lead to, and that walking the tree ends. */
function verifyTree(mmdb: Mmdb): void {
  for (let node = 0; node < mmdb.nodeCount; node++) {
    for (let side = 0; side < 2; side++) {
      const record = readRecord(mmdb, node, side);
      if (record <= mmdb.nodeCount) continue;
      const offset = record - mmdb.nodeCount - SEPARATOR_BYTES;
      if (offset < 0 || offset >= mmdb.data.length) {
        throw new MmdbDamage(
          'bad-tree',
          `node ${node} of the search tree leads to data offset ${offset}, outside the data`,
        );
      }
      mmdb.data.verify(offset);
    }
  }
  walkTree(mmdb, () => {});
}

/** What the records are good for, from all of them at worst, from the first with coordinates at best. */
function richnessOf(mmdb: Mmdb): MmdbRichness {
  let richness: MmdbRichness = 'none';
  const seen = new Set<number>();
  for (let node = 0; node < mmdb.nodeCount; node++) {
    for (let side = 0; side < 2; side++) {
      const record = readRecord(mmdb, node, side);
      if (record <= mmdb.nodeCount || seen.has(record)) continue;
      seen.add(record);
      const place = placeOfRecord(mmdb.data, record - mmdb.nodeCount - SEPARATOR_BYTES);
      if (place.latitude !== null) return 'city';
      if (place.country !== null || place.continent !== null) richness = 'country';
    }
  }
  return richness;
}

function fillRuns(mmdb: Mmdb, classes: LocationClasses, v4: RunList, v6: RunList, progress: Progress): void {
  const ids = new Map<number, number>();
  let networks = 0;
  walkTree(mmdb, (family, words, length, offset) => {
    if (networks++ % TOLD_NETWORKS === 0) progress(partOfWalk(family, words[0]!));
    let id = ids.get(offset);
    if (id === undefined) {
      const interned = classes.intern(placeOfRecord(mmdb.data, offset), 'mmdb');
      id = interned < 0 ? HOLE : interned;
      ids.set(offset, id);
    }
    (family === 4 ? v4 : v6).addBlock(words, length, id);
  });
}

/** By how far the walk is in the space of addresses: all of IPv4, then 2000::/3. */
function partOfWalk(family: IpFamily, word: number): number {
  return family === 4 ? (word / 2 ** 32) * 0.5 : 0.5 + Math.max(0, (word - 0x20000000) / 0x20000000) * 0.5;
}

/** Called with each network of the tree in ascending order; `words` is reused. */
type NetworkVisitor = (family: IpFamily, words: Uint32Array, length: number, dataOffset: number) => void;

/**
 * Walks IPv4, then IPv6. Of IPv6 only global unicast (2000::/3), and nothing that leads back to the IPv4 node: the rest is not
 * routable, and the aliases would repeat all of IPv4 at places where nobody is.
 */
function walkTree(mmdb: Mmdb, visit: NetworkVisitor): void {
  const words = new Uint32Array(4);
  let stepsLeft = mmdb.nodeCount * MMDB_STEPS_PER_NODE_MAX + 1024;
  let root4 = 0;
  for (let i = 0; mmdb.ipVersion === 6 && i < 96 && root4 < mmdb.nodeCount; i++) root4 = readRecord(mmdb, root4, 0);
  const walk = (record: number, depth: number, family: IpFamily, bits: number): void => {
    if (record >= mmdb.nodeCount) {
      if (record > mmdb.nodeCount) visit(family, words, depth, record - mmdb.nodeCount - SEPARATOR_BYTES);
      return;
    }
    if (depth === bits)
      throw new MmdbDamage('bad-tree', `the search tree goes on below the last bit, at node ${record}`);
    if (stepsLeft-- <= 0) throw new MmdbDamage('bad-tree', 'the search tree loops (MMDB_STEPS_PER_NODE_MAX)');
    if (family === 6 && depth > 0 && record === root4) return;
    const bit = (0x80000000 >>> (depth & 31)) >>> 0;
    const word = depth >> 5;
    // The first three bits of 2000::/3 are 001.
    if (family === 4 || depth !== 2) walk(readRecord(mmdb, record, 0), depth + 1, family, bits);
    if (family === 6 && depth < 2) return;
    words[word] = (words[word]! | bit) >>> 0;
    walk(readRecord(mmdb, record, 1), depth + 1, family, bits);
    words[word] = (words[word]! & ~bit) >>> 0;
  };
  walk(root4, 0, 4, 32);
  if (mmdb.ipVersion === 6) walk(0, 0, 6, 128);
}

/** One side (0 left, 1 right) of a node. */
function readRecord(mmdb: Mmdb, node: number, side: number): number {
  const { tree, recordBits } = mmdb;
  const at = (node * recordBits) / 4;
  if (recordBits === 32) return tree.getUint32(at + side * 4);
  if (recordBits === 24) return (tree.getUint16(at + side * 3) << 8) | tree.getUint8(at + side * 3 + 2);
  // 28 bits: the octet in the middle holds the top four bits of both.
  const middle = tree.getUint8(at + 3);
  const top = side === 0 ? middle >> 4 : middle & 15;
  const low = at + side * 4;
  return (top << 24) | (tree.getUint16(low) << 8) | tree.getUint8(low + 2);
}
