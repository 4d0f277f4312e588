/**
 * Writes small MaxMind DB files (format 2.0) for tests: any record size, trees of IPv4 or IPv6, nested networks (the longer prefix wins),
 * aliases of the IPv4 tree, and data shared through pointers. Written from the format specification, independent of the reader.
 */

import { type IpPrefix, parseIpPrefix } from '../../src/base/ip-prefix.ts';

export type MmdbValue = string | number | boolean | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

export type MmdbContent = {
  readonly networks: ReadonlyArray<{ readonly prefix: string; readonly record: MmdbValue }>;
  readonly ipVersion?: 4 | 6;
  readonly recordBits?: 24 | 28 | 32;
  readonly databaseType?: string;
  /** Let ::ffff:0:0/96, 2001::/32 and 2002::/16 lead to the IPv4 tree, as MaxMind does. */
  readonly aliases?: boolean;
};

const EMPTY = -1;
/** Records of a node: EMPTY, a node's number, or FIRST_DATA - n for the n-th record of data. */
const FIRST_DATA = -2;

/** The octets of an MMDB file with `content`. */
export function writeMmdb(content: MmdbContent): Uint8Array {
  const ipVersion = content.ipVersion ?? 6;
  const recordBits = content.recordBits ?? 24;
  const nodes: [number, number][] = [[EMPTY, EMPTY]];
  const data = new DataWriter();
  const entries = content.networks.map(({ prefix, record }) => ({ bits: bitsOf(prefix, ipVersion), record }));
  const offsets: number[] = [];
  for (const { bits, record } of entries.sort((a, b) => a.bits.length - b.bits.length)) {
    insert(nodes, bits, FIRST_DATA - offsets.length);
    offsets.push(data.write(record));
  }
  if (content.aliases === true) addAliases(nodes);
  const tree = encodeTree(nodes, recordBits, offsets);
  const meta = new DataWriter();
  meta.writeMetadata({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: content.databaseType ?? 'Test-City',
    ip_version: ipVersion,
    node_count: nodes.length,
    record_size: recordBits,
  });
  const marker = [0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com')];
  return Uint8Array.from([...tree, ...new Array<number>(16).fill(0), ...data.bytes, ...marker, ...meta.bytes]);
}

/** The path of a prefix through the tree; IPv4 under ::/96 in a tree of IPv6. */
function bitsOf(text: string, ipVersion: 4 | 6): number[] {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(`${text}: ${prefix}`);
  const path = pathOf(prefix);
  return prefix.family === 4 && ipVersion === 6 ? [...new Array<number>(96).fill(0), ...path] : path;
}

function pathOf(prefix: IpPrefix): number[] {
  return Array.from({ length: prefix.length }, (_, i) => (prefix.words[i >> 5]! >>> (31 - (i & 31))) & 1);
}

function insert(nodes: [number, number][], bits: readonly number[], leaf: number): void {
  let node = 0;
  for (const [depth, bit] of bits.entries()) {
    const side = bit as 0 | 1;
    if (depth === bits.length - 1) {
      nodes[node]![side] = leaf;
      return;
    }
    const next = nodes[node]![side];
    if (next < 0) {
      // What covered all of this side now covers both halves of it.
      nodes.push([next, next]);
      nodes[node]![side] = nodes.length - 1;
    }
    node = nodes[node]![side];
  }
}

function addAliases(nodes: [number, number][]): void {
  let root4 = 0;
  for (let i = 0; i < 96; i++) root4 = nodes[root4]![0];
  for (const prefix of ['::ffff:0:0/96', '2001::/32', '2002::/16']) insert(nodes, bitsOf(prefix, 6), root4);
}

function encodeTree(nodes: readonly [number, number][], recordBits: number, offsets: readonly number[]): number[] {
  const bytes: number[] = [];
  for (const node of nodes) {
    const [left, right] = node.map((record) =>
      record === EMPTY ? nodes.length : record >= 0 ? record : nodes.length + 16 + offsets[FIRST_DATA - record]!,
    ) as [number, number];
    const three = (value: number) => [(value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    if (recordBits === 24) bytes.push(...three(left), ...three(right));
    else if (recordBits === 28) bytes.push(...three(left), ((left >>> 24) << 4) | (right >>> 24), ...three(right));
    else bytes.push(left >>> 24, ...three(left), right >>> 24, ...three(right));
  }
  return bytes;
}

/** Encodes values; a map or text that was written before becomes a pointer to it. */
class DataWriter {
  readonly bytes: number[] = [];
  readonly #known = new Map<string, number>();

  /** Writes a record and returns its offset. */
  write(value: MmdbValue): number {
    const key = JSON.stringify(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const parts = this.#encode(value);
    const at = this.bytes.length;
    this.bytes.push(...parts);
    this.#known.set(key, at);
    return at;
  }

  writeMetadata(fields: Readonly<Record<string, string | number>>): void {
    this.bytes.push(...head(7, Object.keys(fields).length));
    for (const [key, value] of Object.entries(fields)) {
      this.bytes.push(...text(key));
      this.bytes.push(...(typeof value === 'string' ? text(value) : unsigned(value)));
    }
  }

  #encode(value: MmdbValue): number[] {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'boolean') return head(14, value ? 1 : 0);
    if (typeof value === 'number') {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, value);
      return [...head(3, 8), ...bytes];
    }
    if (Array.isArray(value)) return [...head(11, value.length), ...value.flatMap((item) => this.#encode(item))];
    const entries = Object.entries(value);
    // Maps inside a record are written first and pointed to, as MaxMind's writer shares them.
    const inner = entries.flatMap(([key, item]) => [
      ...text(key),
      ...(typeof item === 'object' && !Array.isArray(item) ? pointer(this.write(item)) : this.#encode(item)),
    ]);
    return [...head(7, entries.length), ...inner];
  }
}

function head(type: number, size: number): number[] {
  const first = type <= 7 ? type << 5 : 0;
  const extended = type <= 7 ? [] : [type - 7];
  if (size < 29) return [first | size, ...extended];
  if (size < 285) return [first | 29, ...extended, size - 29];
  return [first | 30, ...extended, (size - 285) >> 8, (size - 285) & 255];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...head(2, bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return [...head(6, 4), (value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function pointer(offset: number): number[] {
  if (offset < 2048) return [0x20 | (offset >> 8), offset & 255];
  if (offset < 526_336) {
    const rest = offset - 2048;
    return [0x28 | (rest >> 16), (rest >> 8) & 255, rest & 255];
  }
  return [0x38, (offset >>> 24) & 255, (offset >>> 16) & 255, (offset >>> 8) & 255, offset & 255];
}
