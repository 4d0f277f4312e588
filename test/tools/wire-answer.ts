/**
 * Reads an answer so that those of two servers can be compared as sets: names expanded and in lower case, RDATA as hexadecimal with
 * the names in it expanded, whatever the type. Strict: a message that is not exactly its records throws.
 */

export type WireAnswer = {
  readonly id: number;
  /** With the OPT's upper bits. */
  readonly rcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly length: number;
  /** Name of the question. */
  readonly qname: string;
  /** Octets of the question, as they came. */
  readonly question: string;
  /** `owner type rdata`, sorted. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without the OPT. */
  readonly additional: readonly string[];
  readonly hasOpt: boolean;
  /** TTL of the SOA in authority; -1: none. */
  readonly soaTtl: number;
};

const IN = 1;
const SOA = 6;
const OPT = 41;
/** Its class is ANY (RFC 8945 4.2). */
const TSIG = 250;
/** Where names stand in the RDATA of types that some server compresses (RFC 1035, 3597 4): octets before, and how many names. */
const NAMES_IN: ReadonlyMap<number, readonly [number, number]> = new Map([
  [2, [0, 1]],
  [3, [0, 1]],
  [4, [0, 1]],
  [5, [0, 1]],
  [SOA, [0, 2]],
  [7, [0, 1]],
  [8, [0, 1]],
  [9, [0, 1]],
  [12, [0, 1]],
  [14, [0, 2]],
  [15, [2, 1]],
  [17, [0, 2]],
  [18, [2, 1]],
  [21, [2, 1]],
  [26, [2, 2]],
  [33, [6, 1]],
  [36, [2, 1]],
  [39, [0, 1]],
]);

/** NAPTR, SVCB, HTTPS: names amid other data, never compressed, whose case some servers keep. */
const FOLDED = new Set([35, 64, 65]);

type Found = { readonly text: string; readonly next: number };

/** Decodes `bytes`; throws on anything that is not a well-formed message. */
export function readWireAnswer(bytes: Uint8Array): WireAnswer {
  const word = (at: number) => {
    if (at + 2 > bytes.length) throw new Error('cut');
    return (bytes[at]! << 8) | bytes[at + 1]!;
  };
  if (bytes.length < 12) throw new Error('no header');
  let at = 12;
  const qname = word(4) === 0 ? '' : readName(bytes, 12).text;
  for (let i = 0; i < word(4); i++) at = readName(bytes, at).next + 4;
  const question = hex(bytes, 12, at);
  const dnsClass = word(4) === 0 ? IN : word(at - 2);
  let rcode = bytes[3]! & 15;
  let hasOpt = false;
  let soaTtl = -1;
  const section = (count: number, isAnswer: boolean): string[] => {
    const records: string[] = [];
    for (let i = 0; i < count; i++) {
      const owner = readName(bytes, at);
      const type = word(owner.next);
      const ttl = word(owner.next + 4) * 65_536 + word(owner.next + 6);
      const dataAt = owner.next + 10;
      const end = dataAt + word(owner.next + 8);
      if (end > bytes.length) throw new Error('RDATA beyond the end');
      at = end;
      if (type === OPT) {
        if (hasOpt) throw new Error('two OPTs');
        hasOpt = true;
        rcode |= bytes[owner.next + 4]! << 4;
        continue;
      }
      if (type !== TSIG && word(owner.next + 2) !== dnsClass) throw new Error('another class than the question has');
      if (type === SOA && !isAnswer) soaTtl = ttl;
      const text = `${owner.text} ${type} ${readRdata(bytes, type, dataAt, end)}`;
      if (records.includes(text) && count < 2_000) throw new Error(`twice in one section: ${text}`);
      records.push(text);
    }
    return records.sort();
  };
  const answer = section(word(6), true);
  const authority = section(word(8), false);
  const additional = section(word(10), false);
  if (at !== bytes.length) throw new Error(`${bytes.length - at} octets behind the message`);
  const [id, flags] = [word(0), bytes[2]!];
  const bits = { aa: (flags & 4) !== 0, tc: (flags & 2) !== 0 };
  return { id, rcode, ...bits, length: bytes.length, qname, question, answer, authority, additional, hasOpt, soaTtl };
}

/** The name at `from` with its pointers followed, each of which must point backwards. */
function readName(bytes: Uint8Array, from: number): Found {
  let text = '';
  let next = -1;
  let at = from;
  let octets = 1;
  for (let bound = from; ; ) {
    const size = bytes[at];
    if (size === undefined) throw new Error('a name beyond the end');
    if (size === 0) break;
    if (size >= 0xc0) {
      const target = ((size & 63) << 8) | bytes[at + 1]!;
      if (target >= bound) throw new Error('a pointer that does not point backwards');
      if (next < 0) next = at + 2;
      bound = target;
      at = target;
      continue;
    }
    if (size > 63 || at + size >= bytes.length) throw new Error('a bad label');
    octets += size + 1;
    const label = String.fromCharCode(...bytes.subarray(at + 1, at + 1 + size));
    const printed = label.replace(/[^0-9A-Za-z_*-]/g, (c) => `\\${String(c.charCodeAt(0)).padStart(3, '0')}`);
    text += `${printed.toLowerCase()}.`;
    at += size + 1;
  }
  if (octets > 255) throw new Error(`a name of ${octets} octets`);
  return { text: text === '' ? '.' : text, next: next < 0 ? at + 1 : next };
}

function readRdata(bytes: Uint8Array, type: number, at: number, end: number): string {
  const names = NAMES_IN.get(type);
  if (names === undefined) return FOLDED.has(type) ? hex(foldCase(bytes), at, end) : hex(bytes, at, end);
  const [before, count] = names;
  let text = hex(bytes, at, at + before);
  let next = at + before;
  for (let i = 0; i < count; i++) {
    const name = readName(bytes, next);
    text += ` ${name.text}`;
    next = name.next;
  }
  if (next > end) throw new Error('a name beyond its RDATA');
  return `${text} ${hex(bytes, next, end)}`.trim();
}

/** Letters in lower case, in names and elsewhere: enough to tell answers apart. */
function foldCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet));
}

function hex(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('hex');
}
