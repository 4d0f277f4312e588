/**
 * A zone as the query's way reads it: names, RRsets and steered records of one compiled image (layout in `zone-image`).
 * Built by `zone-compile`, opened by every worker, never changed after it is linked. All methods return word offsets into
 * the image, 0 meaning "none", and allocate nothing.
 */

import type { ScannedName } from '../wire/scanned-name.ts';
import {
  HeaderWord,
  NODE_WORDS,
  NodeFlag,
  NodeWord,
  RRSET_WORDS,
  RRsetKind,
  RRsetWord,
  STEERED_WORDS,
  SteeredWord,
  ZONE_MAGIC,
} from './zone-image.ts';

/** An open image. */
export class ZoneTable {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly image: SharedArrayBuffer;
  readonly apexAt: number;
  readonly apexLength: number;
  readonly apexLabels: number;
  readonly depthMax: number;
  readonly soaAt: number;
  readonly negativeTtl: number;
  readonly #slotsAt: number;
  readonly #hashMask: number;

  constructor(image: SharedArrayBuffer) {
    this.image = image;
    this.words = new Int32Array(image);
    this.bytes = new Uint8Array(image);
    const words = this.words;
    if (words[HeaderWord.MAGIC] !== ZONE_MAGIC) throw new TypeError('not a zone image of this version');
    this.apexAt = words[HeaderWord.APEX_AT]!;
    this.apexLength = words[HeaderWord.APEX_LENGTH]!;
    this.apexLabels = words[HeaderWord.APEX_LABELS]!;
    this.depthMax = words[HeaderWord.DEPTH_MAX]!;
    this.soaAt = words[HeaderWord.SOA_AT]!;
    this.negativeTtl = words[HeaderWord.NEGATIVE_TTL]!;
    this.#slotsAt = words[HeaderWord.SLOTS_AT]!;
    this.#hashMask = words[HeaderWord.HASH_MASK]!;
  }

  /** SOA serial of this image. */
  get serial(): number {
    return this.words[HeaderWord.SERIAL]! >>> 0;
  }

  /** The node whose name is the suffix of `name`, a name of this zone, from label `label` on. */
  find(name: ScannedName, label: number): number {
    const words = this.words;
    const hash = name.suffixHash[label]!;
    const length = name.length - name.labelAt[label]!;
    for (let slot = hash & this.#hashMask; ; slot = (slot + 1) & this.#hashMask) {
      const at = this.#slotsAt + slot * 2;
      const nodeAt = words[at + 1]!;
      if (nodeAt === 0) return 0;
      if (words[at] !== hash || this.nameLength(nodeAt) !== length) continue;
      // Both end in the zone's apex, so what stands before it tells them apart.
      if (name.labelsEqual(label, this.bytes, this.nameAt(nodeAt), length - this.apexLength)) return nodeAt;
    }
  }

  /** The word offset at which the search for a name of that hash begins. */
  slotOf(hash: number): number {
    return this.#slotsAt + (hash & this.#hashMask) * 2;
  }

  /** The first node whose name has that hash, which is not to say that it is the name. */
  nodeByHash(hash: number): number {
    const words = this.words;
    for (let slot = hash & this.#hashMask; ; slot = (slot + 1) & this.#hashMask) {
      const at = this.#slotsAt + slot * 2;
      if (words[at] === hash || words[at + 1] === 0) return words[at + 1]!;
    }
  }

  /** The deepest existing ancestor of a name of this zone that does not exist (RFC 4592 2.2.1); the apex always does. */
  encloserOf(name: ScannedName): number {
    for (let label = Math.max(1, name.labels - this.depthMax); ; label++) {
      const node = this.find(name, label);
      if (node !== 0) return node;
    }
  }

  /** The node that answers for `name`, a name of this zone: its own or a wildcard (RFC 4592); -1 below a delegation or DNAME. */
  nodeOf(name: ScannedName): number {
    const exact = name.labels <= this.depthMax ? this.find(name, 0) : 0;
    if (exact !== 0) return this.stopAt(exact) === 0 ? exact : -1;
    const encloser = this.encloserOf(name);
    return this.stopBelow(encloser) === 0 ? this.wildcardOf(encloser) : -1;
  }

  /** The ALIAS at a node, as `AliasWord`s. */
  aliasOf(nodeAt: number): number {
    return this.words[nodeAt + NodeWord.ALIAS]!;
  }

  /** The RRset of `type` at a node. */
  findRRset(nodeAt: number, type: number): number {
    const words = this.words;
    let at = this.firstRRset(nodeAt);
    for (let left = words[nodeAt + NodeWord.RRSET_COUNT]!; left > 0; left--, at += RRSET_WORDS) {
      if ((words[at + RRsetWord.TYPE]! & 0xffff) === type) return at;
    }
    return 0;
  }

  /** The RRset that takes the fewest octets, for a minimal answer to ANY (RFC 8482 4.1). */
  smallestRRset(nodeAt: number): number {
    const words = this.words;
    let best = 0;
    let at = this.firstRRset(nodeAt);
    for (let left = words[nodeAt + NodeWord.RRSET_COUNT]!; left > 0; left--, at += RRSET_WORDS) {
      if (best === 0 || words[at + RRsetWord.SIZE]! < words[best + RRsetWord.SIZE]!) best = at;
    }
    return best;
  }

  firstRRset(nodeAt: number): number {
    return nodeAt + NODE_WORDS + (((this.words[nodeAt + NodeWord.NAME]! & 255) + 3) >> 2);
  }

  /** Where descent to the node itself stops: the topmost delegation at or above it, or DNAME above it. */
  stopAt(nodeAt: number): number {
    return this.words[nodeAt + NodeWord.STOP]!;
  }

  /** Where descent to names below the node, that do not exist, stops. */
  stopBelow(nodeAt: number): number {
    const stop = this.words[nodeAt + NodeWord.STOP]!;
    return stop === 0 && this.hasFlag(nodeAt, NodeFlag.DNAME) ? nodeAt : stop;
  }

  hasFlag(nodeAt: number, flag: number): boolean {
    return ((this.words[nodeAt + NodeWord.NAME]! >> 16) & flag) !== 0;
  }

  wildcardOf(nodeAt: number): number {
    return this.words[nodeAt + NodeWord.WILDCARD]!;
  }

  /** Labels of a node's name. */
  labelsOf(nodeAt: number): number {
    return (this.words[nodeAt + NodeWord.NAME]! >> 8) & 255;
  }

  /** Octet offset of a node's name, lower case. */
  nameAt(nodeAt: number): number {
    return (nodeAt + NODE_WORDS) * 4;
  }

  nameLength(nodeAt: number): number {
    return this.words[nodeAt + NodeWord.NAME]! & 255;
  }

  typeOf(rrsetAt: number): number {
    return this.words[rrsetAt + RRsetWord.TYPE]! & 0xffff;
  }

  countOf(rrsetAt: number): number {
    return this.words[rrsetAt + RRsetWord.TYPE]! >>> 16;
  }

  ttlOf(rrsetAt: number): number {
    return this.words[rrsetAt + RRsetWord.TTL]!;
  }

  /** Octet offset of the first RDATA, or word offset of the `SteeredWord`s when {@link isSteered}, of the `FollowWord`s when {@link isFollowed}. */
  dataOf(rrsetAt: number): number {
    return this.words[rrsetAt + RRsetWord.DATA]!;
  }

  /** Word offset of the dynamic block of a steered RRset. */
  blockOf(rrsetAt: number): number {
    return this.words[this.dataOf(rrsetAt) + SteeredWord.BLOCK]!;
  }

  /** The health slot of the first endpoint of a steered RRset; any number where it has no endpoints. */
  firstSlotOf(rrsetAt: number): number {
    return this.words[this.dataOf(rrsetAt) + STEERED_WORDS]!;
  }

  isSteered(rrsetAt: number): boolean {
    return (this.words[rrsetAt + RRsetWord.SIZE]! & RRsetKind.STEERED) !== 0;
  }

  /** True if its records or their hints follow the health of their targets. */
  isFollowed(rrsetAt: number): boolean {
    return (this.words[rrsetAt + RRsetWord.SIZE]! & RRsetKind.FOLLOWED) !== 0;
  }
}

/** Opens an image; throws TypeError when it is not one. */
export function openZoneTable(image: SharedArrayBuffer): ZoneTable {
  return new ZoneTable(image);
}

/**
 * Fills in what only the control thread knows: the health slot of each endpoint and the id of each steering group, in the
 * order of `CompiledZone`. Before the image is published.
 */
export function linkZone(image: SharedArrayBuffer, slots: Int32Array, groupIds: Int32Array): void {
  const words = new Int32Array(image);
  const endpointsAt = words[HeaderWord.ENDPOINT_LINKS_AT]!;
  for (let i = 0; i < words[HeaderWord.ENDPOINT_COUNT]!; i++) words[words[endpointsAt + i]!] = slots[i]!;
  const groupsAt = words[HeaderWord.GROUP_LINKS_AT]!;
  // Each link is a pair: the word to fill, and which of the zone's groups it names.
  for (let i = 0; i < words[HeaderWord.GROUP_COUNT]!; i++) {
    words[words[groupsAt + 2 * i]!] = groupIds[words[groupsAt + 2 * i + 1]!]!;
  }
}
