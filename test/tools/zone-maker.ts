/**
 * Zones and questions out of a seed, for comparing servers: dense in what servers get wrong. Few labels are used again and again at
 * several depths, so that wildcards, delegations, aliases and data lie above, below and across each other.
 */

import { RandomStream } from '../../src/base/random.ts';

export type MadeZone = {
  readonly origin: string;
  /** RFC 1035 master file. */
  readonly text: string;
  /** The zone delegated in this one, behind a dot and in lower case; null: none. */
  readonly inner: string | null;
};

export type MadeQuestion = {
  /** Wire form. */
  readonly qname: Uint8Array;
  readonly qtype: number;
};

type Row = { readonly owner: Name; readonly type: string; readonly rdata: string };

/** Labels as octets in Latin-1; a name is its labels, leftmost first. */
type Name = readonly string[];

const LONG = 'l'.repeat(63);
const LABELS = ['a', 'b', 'c', 'd', '*', 'w', 'A', 'x.y', '\x00', ' ', '\xff\xfe', '"', '\\', '@', LONG, '_tcp', '-'];
const COMMON = 6;
const OUTSIDE: readonly Name[] = [['ns', 'elsewhere'], ['www', 'elsewhere'], ['elsewhere'], []];
/** Types that are asked for; the pseudo types are for hostile packets. */
const QTYPES = [
  1, 1, 1, 1, 28, 28, 2, 2, 5, 5, 6, 15, 16, 16, 33, 35, 39, 39, 43, 43, 44, 52, 64, 65, 99, 255, 256, 257, 29, 65280,
  65534, 12, 13, 17, 46, 47, 48,
];

export class ZoneMaker {
  readonly #random: RandomStream;

  constructor(seed: number) {
    this.#random = new RandomStream(seed);
  }

  /** A zone named `origin`, such as every server loads; `inner` is delegated in it, to be served as a zone too. */
  zone(origin: Name, inner: Name | null = null): MadeZone & { readonly names: readonly Name[] } {
    const rows: Row[] = [];
    const names: Name[] = [];
    const pool: Name[] = [[]];
    if (inner !== null) {
      rows.push({ owner: inner, type: 'NS', rdata: 'ns.elsewhere.' });
      if (this.#below(2) === 0) rows.push({ owner: inner, type: 'DS', rdata: `9 13 2 ${'49'.repeat(32)}` });
    }
    const count = 6 + this.#below(22);
    for (let i = 0; i < count; i++) pool.push(this.#nameUnder(pool, origin));
    for (const name of pool) names.push([...name, ...origin]);
    const done = new Set<string>();
    for (const relative of pool) {
      const owner = [...relative, ...origin];
      const key = owner.join('\x01').toLowerCase();
      if (done.has(key)) continue;
      done.add(key);
      this.#fill(rows, owner, relative.length === 0, names, origin);
    }
    const minimum = this.#below(2) === 0 ? 60 : 7200;
    const soa = `${print(origin)} ${3600 + this.#below(2)} IN SOA ns.elsewhere. Host\\.Master.${print(origin)} 7 3600 900 604800 ${minimum}`;
    return {
      origin: print(origin),
      text: `${[soa, ...soundRows(rows, origin)].join('\n')}\n`,
      names,
      inner: inner === null ? null : `.${print(inner).toLowerCase()}`,
    };
  }

  /** A question about `zone` (whose first name is its apex) or around it. */
  question(zone: { readonly names: readonly Name[] }): MadeQuestion {
    let name = this.#pick(zone.names);
    const roll = this.#below(10);
    if (roll >= 4) {
      const extra = roll >= 8 ? 2 : 1;
      for (let i = 0; i < extra; i++) name = [this.#label(), ...name];
    }
    if (roll === 9 && name.length > 1) name = name.slice(1);
    if (this.#below(100) === 0) name = [LONG, LONG, LONG.slice(0, 40), ...name];
    if (this.#below(100) === 0) name = longest(name);
    if (this.#below(50) === 0) name = this.#above(zone.names[0]!);
    while (wire(name).length > 255) name = name.slice(1);
    const flip = (label: string) =>
      [...label].map((c) => (this.#below(2) === 0 ? c.toUpperCase() : c.toLowerCase())).join('');
    if (this.#below(3) === 0) name = name.map((label) => (label.includes('\xff') ? label : flip(label)));
    return { qname: wire(name), qtype: this.#pick(QTYPES) };
  }

  /** The root, another name above `apex`, or one beside it. */
  #above(apex: Name): Name {
    const above = apex.slice(1 + this.#below(apex.length));
    return this.#below(2) === 0 ? above : [this.#label(), ...above];
  }

  #fill(rows: Row[], owner: Name, isApex: boolean, names: readonly Name[], origin: Name): void {
    const add = (type: string, rdata: string, at: Name = owner) => rows.push({ owner: at, type, rdata });
    const target = () => print(this.#target(names, origin));
    if (isApex) {
      add('NS', 'ns.elsewhere.');
      if (this.#below(16) === 0) add('DNAME', target());
      if (this.#below(2) === 0) add('NS', target());
      this.#data(add, target);
      return;
    }
    const roll = this.#below(20);
    if (roll < 4) {
      add('CNAME', target());
    } else if (roll < 7) {
      add('DNAME', target());
      if (this.#below(2) === 0) this.#data(add, target);
    } else if (roll < 11) {
      this.#delegate(add, owner, target);
    } else if (roll < 18) {
      this.#data(add, target);
    }
  }

  #delegate(add: (type: string, rdata: string, at?: Name) => void, owner: Name, target: () => string): void {
    const servers = 1 + this.#below(3);
    for (let i = 0; i < servers; i++) {
      const below: Name = [
        this.#pick(['ns', 'ns1', 'a', 'b']),
        ...(this.#below(4) === 0 ? [this.#label()] : []),
        ...owner,
      ];
      const server = this.#below(5) === 0 ? owner : below;
      const inDomain = this.#below(2) === 0 && wire(server).length <= 255;
      add('NS', inDomain ? print(server) : target());
      if (!inDomain || this.#below(5) === 0) continue;
      if (this.#below(4) > 0) add('A', `192.0.2.${i + 1}`, server);
      if (this.#below(2) === 0) add('AAAA', `2001:db8::${i + 1}`, server);
    }
    if (this.#below(2) === 0) add('DS', `${this.#below(65536)} 13 2 ${'49'.repeat(32)}`);
    if (this.#below(3) === 0) add('TXT', '"occluded"', [this.#label(), ...owner]);
    if (this.#below(3) === 0) this.#data(add, target);
  }

  #data(add: (type: string, rdata: string, at?: Name) => void, target: () => string): void {
    const kinds = 1 + this.#below(4);
    const used = new Set<string>();
    for (let i = 0; i < kinds; i++) {
      const [type, rdata] = this.#record(target);
      if (used.has(type)) continue;
      used.add(type);
      const times = this.#below(4) === 0 ? 2 : 1;
      add(type, rdata);
      if (times === 2 && type === 'A') for (let n = 0; n < 3 + this.#below(60); n++) add(type, `203.0.113.${n}`);
      if (times === 2 && type === 'TXT')
        for (let n = 0; n < 1 + this.#below(8); n++) add(type, `"${n} ${'t'.repeat(this.#below(200))}"`);
    }
  }

  #record(target: () => string): readonly [string, string] {
    const n = this.#below(256);
    switch (this.#below(22)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return ['A', `192.0.2.${n}`];
      case 4:
      case 5:
        return ['AAAA', `2001:db8::${n.toString(16)}`];
      case 6:
        return ['MX', `${n} ${target()}`];
      case 7:
        return ['TXT', `"t ${n}" ${'q'.repeat(n % 255)}x "\\"\\\\\\000\\255;"`];
      case 8:
        return ['SRV', `${n} 1 53 ${target()}`];
      case 9:
        return ['PTR', target()];
      case 10:
        return ['TYPE65280', `\\# 3 0000${n.toString(16).padStart(2, '0')}`];
      case 11:
        return ['SVCB', `${n + 1} ${target()} alpn="h2,h3" port=${n} ipv4hint=192.0.2.1 ech=AAAA`];
      case 12:
        return ['HTTPS', n < 128 ? `0 ${target()}` : `1 . mandatory=alpn,port alpn=h2 port=443`];
      case 13:
        return ['LOC', `${n % 90} ${n % 60} ${n % 60}.${n} N 4 5 6.789 W ${n}.50m 10m 100m 20m`];
      case 14:
        return ['NAPTR', `${n} 10 "U" "E2U+sip" "!^.*$!sip:a@b.c!" ${target()}`];
      case 15:
        return ['CAA', `${n} issue "ca.example; a=b"`];
      case 16:
        return ['URI', `${n} 1 "https://example.org/?${n}"`];
      case 17:
        return ['SSHFP', `4 2 ${n.toString(16).padStart(2, '0').repeat(32)}`];
      case 18:
        return ['TLSA', `3 1 1 ${n.toString(16).padStart(2, '0').repeat(32)}`];
      case 19:
        return ['RP', `${target()} ${target()}`];
      case 20:
        return ['HINFO', `"cpu ${n}" os`];
      default:
        return ['AFSDB', `1 ${target()}`];
    }
  }

  #target(names: readonly Name[], origin: Name): Name {
    const roll = this.#below(10);
    if (roll < 5) return this.#pick(names);
    if (roll < 8) {
      const name = [this.#label(), ...this.#pick(names)];
      return wire(name).length <= 255 ? name : origin;
    }
    return roll < 9 ? this.#pick(OUTSIDE) : [this.#label(), ...origin];
  }

  /** A name relative to the origin: another one extended, or a new one. */
  #nameUnder(pool: readonly Name[], origin: Name): Name {
    const base = this.#pick(pool);
    const name = [...Array.from({ length: 1 + (this.#below(4) === 0 ? 1 : 0) }, () => this.#label()), ...base];
    return name.length > 6 || wire([...name, ...origin]).length > 240 ? [this.#label()] : name;
  }

  #label(): string {
    return this.#below(4) > 0 ? LABELS[this.#below(COMMON)]! : this.#pick(LABELS);
  }

  #below(bound: number): number {
    return this.#random.nextBelow(bound);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }
}

/** A name below `name` that is 255 octets long, the most there can be (RFC 1035 2.3.4). */
function longest(name: Name): Name {
  const spare = 255 - wire(name).length;
  if (spare < 2) return name;
  const last = spare % 64 === 1 ? 62 : Math.min(63, spare - 1);
  return longest([LONG.slice(0, last), ...name]);
}

/** Lines of the rows that may stand together: nothing beside a CNAME, nothing below a DNAME, no DNAME beside NS. */
function soundRows(rows: readonly Row[], origin: Name): string[] {
  const keyOf = (name: Name) => name.join('\x01').toLowerCase();
  const apex = keyOf(origin);
  const aliases = new Map<string, Row>();
  const delegated = new Set(
    rows.filter(({ type, owner }) => type === 'NS' && keyOf(owner) !== apex).map(({ owner }) => keyOf(owner)),
  );
  for (const row of rows)
    if (row.type === 'CNAME' && !aliases.has(keyOf(row.owner))) aliases.set(keyOf(row.owner), row);
  const dnames = rows.filter(
    ({ type, owner }) => type === 'DNAME' && !aliases.has(keyOf(owner)) && !delegated.has(keyOf(owner)),
  );
  const first = new Map(dnames.toReversed().map((row) => [keyOf(row.owner), row]));
  return rows.flatMap((row) => {
    const key = keyOf(row.owner);
    if (aliases.has(key) ? aliases.get(key) !== row : row.type === 'CNAME') return [];
    if (row.type === 'DNAME' && first.get(key) !== row) return [];
    if (dnames.some((dname) => isBelow(row.owner, dname.owner))) return [];
    return [`${print(row.owner)} ${300 + 60 * (row.type.length % 3)} IN ${row.type} ${row.rdata}`];
  });
}

function isBelow(name: Name, above: Name): boolean {
  if (name.length <= above.length) return false;
  const tail = name.slice(name.length - above.length);
  return tail.every((label, i) => label.toLowerCase() === above[i]!.toLowerCase());
}

/** Master file form, absolute. */
function print(name: Name): string {
  if (name.length === 0) return '.';
  return name
    .map((label) => `${label.replace(/[^0-9A-Za-z_*-]/g, (c) => `\\${String(c.charCodeAt(0)).padStart(3, '0')}`)}.`)
    .join('');
}

function wire(name: Name): Uint8Array {
  return Uint8Array.from([...name.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0]);
}
