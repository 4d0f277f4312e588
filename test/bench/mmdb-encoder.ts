/**
 * Makes MaxMind DB files that every reader takes, those in C included: whole metadata, the types of the format specification
 * (version 2.0), an IPv6 tree with IPv4 under ::/96, 32-bit records. Made for millions of networks; `test/tools/mmdb-writer.ts` is the
 * one for odd files.
 */

/** What a record may hold: text, coordinates and maps of them. */
export type MmdbRecord = { readonly [key: string]: string | number | MmdbRecord };

const EMPTY = -1;
/** Children below this are data: LEAF - n is record n. */
const LEAF = -2;
const IPV4_DEPTH = 96;
const SEPARATOR_BYTES = 16;
const Type = { TEXT: 2, DOUBLE: 3, UINT16: 5, UINT32: 6, MAP: 7, UINT64: 9, ARRAY: 11 } as const;

/** A file that is being filled. */
export class MmdbEncoder {
  #children = new Int32Array(2 * 1024).fill(EMPTY);
  #nodes = 1;
  readonly #data: number[] = [];
  /** Offset of each record in the data, and its number by its text. */
  readonly #offsets: number[] = [];
  readonly #known = new Map<string, number>();
  /** The node at ::/96 once there is one. */
  #ipv4Root = -1;

  /** Adds a record to the data, once; returns its number. */
  addRecord(record: MmdbRecord): number {
    const key = JSON.stringify(record);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#offsets.length;
    this.#offsets.push(this.#data.length);
    for (const byte of encodeMap(record)) this.#data.push(byte);
    this.#known.set(key, number);
    return number;
  }

  /** IPv4 addresses `first`..`last` have `record`. */
  addRange4(first: number, last: number, record: number): void {
    let from = first;
    while (from <= last) {
      const aligned = from === 0 ? 32 : 31 - Math.clz32(from & -from);
      const room = 31 - Math.clz32(Math.min(last - from + 1, 0xffffffff));
      const bits = Math.min(aligned, room);
      this.addPrefix4(from, 32 - bits, record);
      from += 2 ** bits;
    }
  }

  addPrefix4(address: number, length: number, record: number): void {
    if (this.#ipv4Root < 0) {
      let node = 0;
      for (let depth = 0; depth < IPV4_DEPTH; depth++) node = this.#nodeBelow(node, 0);
      this.#ipv4Root = node;
    }
    this.#insert(this.#ipv4Root, Uint32Array.of(address), length, record);
  }

  addPrefix6(words: Uint32Array, length: number, record: number): void {
    this.#insert(0, words, length, record);
  }

  /** The whole file. */
  finish(databaseType: string): Uint8Array {
    const nodes = this.#nodes;
    const tree = new Uint8Array(nodes * 8);
    const view = new DataView(tree.buffer);
    for (let i = 0; i < nodes * 2; i++) {
      const child = this.#children[i]!;
      const value =
        child === EMPTY ? nodes : child >= 0 ? child : nodes + SEPARATOR_BYTES + this.#offsets[LEAF - child]!;
      view.setUint32(i * 4, value);
    }
    const metadata = [
      ...head(Type.MAP, 9),
      ...text('binary_format_major_version'),
      ...unsigned(Type.UINT16, 2),
      ...text('binary_format_minor_version'),
      ...unsigned(Type.UINT16, 0),
      ...text('build_epoch'),
      ...unsigned(Type.UINT64, 1_700_000_000),
      ...text('database_type'),
      ...text(databaseType),
      ...text('description'),
      ...encodeMap({ en: 'made for a benchmark' }),
      ...text('ip_version'),
      ...unsigned(Type.UINT16, 6),
      ...text('languages'),
      ...head(Type.ARRAY, 1),
      ...text('en'),
      ...text('node_count'),
      ...unsigned(Type.UINT32, nodes),
      ...text('record_size'),
      ...unsigned(Type.UINT16, 32),
    ];
    const marker = [0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com')];
    const rest = [
      new Uint8Array(SEPARATOR_BYTES),
      Uint8Array.from(this.#data),
      Uint8Array.from([...marker, ...metadata]),
    ];
    return Buffer.concat([tree, ...rest]);
  }

  /** Shorter prefixes come before the longer ones inside them; a longer one cuts its way through. */
  #insert(root: number, words: Uint32Array, length: number, record: number): void {
    let node = root;
    for (let depth = 0; depth < length - 1; depth++) node = this.#nodeBelow(node, bitAt(words, depth));
    this.#children[node * 2 + bitAt(words, length - 1)] = LEAF - record;
  }

  /** The node behind child `bit`, made if there is none; what a leaf said holds for both halves. */
  #nodeBelow(node: number, bit: number): number {
    const child = this.#children[node * 2 + bit]!;
    if (child >= 0) return child;
    const made = this.#nodes++;
    if (made * 2 === this.#children.length) {
      const grown = new Int32Array(this.#children.length * 2).fill(EMPTY);
      grown.set(this.#children);
      this.#children = grown;
    }
    this.#children[made * 2] = child;
    this.#children[made * 2 + 1] = child;
    this.#children[node * 2 + bit] = made;
    return made;
  }
}

function bitAt(words: Uint32Array, depth: number): number {
  return (words[depth >> 5]! >>> (31 - (depth & 31))) & 1;
}

function encodeMap(record: MmdbRecord): number[] {
  const entries = Object.entries(record);
  return [
    ...head(Type.MAP, entries.length),
    ...entries.flatMap(([key, value]) => [
      ...text(key),
      ...(typeof value === 'string' ? text(value) : typeof value === 'number' ? double(value) : encodeMap(value)),
    ]),
  ];
}

function head(type: number, size: number): number[] {
  const first = type <= 7 ? type << 5 : 0;
  const extended = type <= 7 ? [] : [type - 7];
  return size < 29 ? [first | size, ...extended] : [first | 29, ...extended, size - 29];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...head(Type.TEXT, bytes.length), ...bytes];
}

function double(value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return [...head(Type.DOUBLE, 8), ...bytes];
}

function unsigned(type: number, value: number): number[] {
  const bytes = type === Type.UINT16 ? 2 : 4;
  return [...head(type, bytes), ...Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255)];
}
