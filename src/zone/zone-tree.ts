/**
 * The names of a zone as a tree, from its records to the nodes that an image will hold: owners, the empty non-terminals
 * between them (RFC 4592 2.2.2), their parents, and where descent stops. Built by `zone-compile` and dropped after it.
 * Columns over typed arrays, since a zone may have a million names.
 */

import { assert } from '../base/assert.ts';
import { RRType } from '../wire/codes.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { NodeFlag } from './zone-image.ts';
import type { AliasModel, DynamicModel, FollowModel, ZoneModel } from './zone-model.ts';

const NONE = -1;

/** Built whole by its constructor. */
export class ZoneTree {
  /** Every name as octets; node names are parts of it. */
  readonly names: Uint8Array;
  /** Node 0 is the apex. */
  count = 0;
  nameAt: Uint32Array;
  nameLength: Uint8Array;
  labels: Uint8Array;
  hash: Int32Array;
  parent: Int32Array;
  flags: Uint8Array;
  /** First record row of a node, and the next of each row, in file order; -1 ends. */
  firstRow: Int32Array;
  readonly nextRow: Int32Array;
  /** Node of the topmost delegation at or above, or DNAME above; -1: none. */
  stop: Int32Array = new Int32Array(0);
  /** The `*` child of a node; -1: none. */
  wildcard: Int32Array = new Int32Array(0);
  readonly dynamics = new Map<number, DynamicModel[]>();
  readonly aliases = new Map<number, AliasModel>();
  readonly follows = new Map<number, FollowModel[]>();
  depthMax = 0;
  #lastRow: Int32Array;
  #slots: Int32Array;
  readonly #name = new ScannedName();

  constructor(model: ZoneModel) {
    const { records } = model;
    const room = 16 + records.count + model.dynamics.length + model.aliases.length;
    this.nameAt = new Uint32Array(room);
    this.nameLength = new Uint8Array(room);
    this.labels = new Uint8Array(room);
    this.hash = new Int32Array(room);
    this.parent = new Int32Array(room);
    this.flags = new Uint8Array(room);
    this.firstRow = new Int32Array(room);
    this.#lastRow = new Int32Array(room);
    this.nextRow = new Int32Array(records.count).fill(NONE);
    let slots = 16;
    while (slots < room * 2) slots *= 2;
    this.#slots = new Int32Array(slots).fill(NONE);
    const { dynamics, aliases } = model;
    const owners = [model.origin, ...[...dynamics, ...aliases].map(({ owner }) => owner)];
    this.names = joinNames(records.bytes, owners);
    let at = records.bytes.length;
    this.#insertPath(at, model.origin.length);
    for (const [i, owner] of owners.entries()) {
      const alias = aliases[i - 1 - dynamics.length];
      if (alias !== undefined) this.aliases.set(this.#insertPath(at, model.origin.length), alias);
      else if (i > 0) this.#addDynamic(this.#insertPath(at, model.origin.length), dynamics[i - 1]!);
      at += owner.length;
    }
    let node = 0;
    for (let row = 0; row < records.count; row++) {
      if (row === 0 || records.owners[row] !== records.owners[row - 1]) {
        node = this.#insertPath(records.owners[row]!, model.origin.length);
      }
      this.#addRow(node, row, records.types[row]!);
    }
    for (const follow of model.follows) this.#addFollow(follow);
    this.#findStops();
  }

  /** The node named by the scanned suffix, or -1. */
  find(name: ScannedName, label: number): number {
    return this.#slots[this.#slotOf(name, label)]!;
  }

  /** Makes sure that the name at `at` and all its ancestors up to the apex are nodes; returns its node. */
  #insertPath(at: number, apexLength: number): number {
    const name = this.#name;
    name.scan(this.names, at, this.names.length);
    if (name.labels > this.depthMax) this.depthMax = name.labels;
    let child = NONE;
    let first = NONE;
    for (let label = 0; label <= name.labels; label++) {
      const length = name.length - name.labelAt[label]!;
      assert(length >= apexLength, 'a record outside its zone');
      const slot = this.#slotOf(name, label);
      let node = this.#slots[slot]!;
      const isNew = node === NONE;
      if (isNew) {
        node = this.#addNode(at + name.labelAt[label]!, length, name.labels - label, name.suffixHash[label]!);
        this.#slots[slot] = node;
        if (this.count * 2 > this.#slots.length) this.#growSlots();
      }
      if (first === NONE) first = node;
      if (child !== NONE) this.parent[child] = node;
      if (!isNew || length === apexLength) break;
      child = node;
    }
    return first;
  }

  #addNode(at: number, length: number, labels: number, hash: number): number {
    const node = this.count++;
    if (node === this.hash.length) this.#growNodes();
    this.nameAt[node] = at;
    this.nameLength[node] = length;
    this.labels[node] = labels;
    this.hash[node] = hash;
    this.parent[node] = NONE;
    this.flags[node] = 0;
    this.firstRow[node] = NONE;
    this.#lastRow[node] = NONE;
    return node;
  }

  #addRow(node: number, row: number, type: number): void {
    if (this.firstRow[node] === NONE) this.firstRow[node] = row;
    else this.nextRow[this.#lastRow[node]!] = row;
    this.#lastRow[node] = row;
    if (type === RRType.NS && node !== 0) this.flags[node]! |= NodeFlag.CUT;
    if (type === RRType.DNAME) this.flags[node]! |= NodeFlag.DNAME;
  }

  #addDynamic(node: number, dynamic: DynamicModel): void {
    const list = this.dynamics.get(node);
    if (list) list.push(dynamic);
    else this.dynamics.set(node, [dynamic]);
  }

  #addFollow(follow: FollowModel): void {
    this.#name.scan(follow.owner, 0, follow.owner.length);
    const node = this.find(this.#name, 0);
    assert(node !== NONE, 'an RRset without records follows health');
    this.follows.set(node, [...(this.follows.get(node) ?? []), follow]);
  }

  /** Parents come before or after their children, so each path is climbed until a settled node and settled downwards. */
  #findStops(): void {
    const UNSETTLED = -2;
    this.stop = new Int32Array(this.count).fill(UNSETTLED);
    this.wildcard = new Int32Array(this.count).fill(NONE);
    const path: number[] = [];
    for (let node = 0; node < this.count; node++) {
      if (
        this.names[this.nameAt[node]!] === 1 &&
        this.names[this.nameAt[node]! + 1] === 0x2a &&
        this.parent[node]! >= 0
      ) {
        this.wildcard[this.parent[node]!] = node;
      }
      for (let at = node; at !== NONE && this.stop[at] === UNSETTLED; at = this.parent[at]!) path.push(at);
      for (let at = path.pop(); at !== undefined; at = path.pop()) this.stop[at] = this.#stopOf(at);
    }
  }

  #stopOf(node: number): number {
    const parent = this.parent[node]!;
    if (parent !== NONE) {
      if (this.stop[parent] !== NONE) return this.stop[parent]!;
      if ((this.flags[parent]! & NodeFlag.DNAME) !== 0) return parent;
    }
    return (this.flags[node]! & NodeFlag.CUT) !== 0 ? node : NONE;
  }

  #slotOf(name: ScannedName, label: number): number {
    const mask = this.#slots.length - 1;
    const hash = name.suffixHash[label]!;
    const length = name.length - name.labelAt[label]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot]!;
      if (node === NONE) return slot;
      if (this.hash[node] === hash && name.suffixEquals(label, this.names, this.nameAt[node]!, length)) return slot;
    }
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let node = 0; node < this.count; node++) {
      let slot = this.hash[node]! & (slots.length - 1);
      while (slots[slot] !== NONE) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = node;
    }
    this.#slots = slots;
  }

  #growNodes(): void {
    const size = this.hash.length * 2;
    const grow = <T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.nameAt = grow(this.nameAt, new Uint32Array(size));
    this.nameLength = grow(this.nameLength, new Uint8Array(size));
    this.labels = grow(this.labels, new Uint8Array(size));
    this.hash = grow(this.hash, new Int32Array(size));
    this.parent = grow(this.parent, new Int32Array(size));
    this.flags = grow(this.flags, new Uint8Array(size));
    this.firstRow = grow(this.firstRow, new Int32Array(size));
    this.#lastRow = grow(this.#lastRow, new Int32Array(size));
  }
}

function joinNames(bytes: Uint8Array, owners: readonly Uint8Array[]): Uint8Array {
  const extra = owners.reduce((sum, owner) => sum + owner.length, 0);
  const names = new Uint8Array(bytes.length + extra);
  names.set(bytes);
  let at = bytes.length;
  for (const owner of owners) {
    names.set(owner, at);
    at += owner.length;
  }
  return names;
}
