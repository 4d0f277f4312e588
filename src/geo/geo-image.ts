/**
 * The envelope of every compiled geo table: sections of 32-bit words in one SharedArrayBuffer, which workers map and which
 * goes to disk byte for byte. A damaged, cut or foreign file is told from a good one before anything is read from it.
 *
 *   word 0  magic "mGEO" in this machine's byte order, so that a file of the other order is foreign
 *   word 1  version of the layout of all tables
 *   word 2  kind of table
 *   word 3  checksum of everything from word 4
 *   word 4  words in all
 *   word 5  sections, then the length of each in words, then the sections themselves
 */

const MAGIC = 0x4f45476d;
/** Changes whenever any table's layout or meaning does: cached images of another version are compiled anew. */
const VERSION = 3;
const HEADER_WORDS = 6;
/** No table has as many; a count above is damage. */
const SECTIONS_MAX = 64;

/** Which table an image holds. */
export const ImageKind = { LOCATIONS: 1, CLASSES: 2 } as const;
export type ImageKindCode = (typeof ImageKind)[keyof typeof ImageKind];

export type GeoImageFault = 'not-an-image' | 'other-version' | 'other-kind' | 'truncated' | 'checksum' | 'inconsistent';

/** An image that cannot be used. Compile it anew from its sources. */
export class GeoImageError extends Error {
  override readonly name = 'GeoImageError';
  readonly code: GeoImageFault;

  constructor(code: GeoImageFault, message: string) {
    super(`${message}; delete it and it is compiled anew`);
    this.code = code;
  }
}

/** Packs `sections` into one image. */
export function buildImage(kind: ImageKindCode, sections: readonly Uint32Array[]): SharedArrayBuffer {
  let total = HEADER_WORDS + sections.length;
  for (const section of sections) total += section.length;
  const image = new SharedArrayBuffer(total * 4);
  const words = new Uint32Array(image);
  words[0] = MAGIC;
  words[1] = VERSION;
  words[2] = kind;
  words[4] = total;
  words[5] = sections.length;
  let at = HEADER_WORDS + sections.length;
  for (const [i, section] of sections.entries()) {
    words[HEADER_WORDS + i] = section.length;
    words.set(section, at);
    at += section.length;
  }
  words[3] = checksum(words, 4);
  return image;
}

/** The sections of an image of `kind`; throws {@link GeoImageError} unless it is whole. */
export function openImage(kind: ImageKindCode, image: SharedArrayBuffer, sectionCount: number): Uint32Array[] {
  const sections = mapImage(kind, image, sectionCount);
  const words = new Uint32Array(image);
  if (words[3] !== checksum(words, 4)) throw new GeoImageError('checksum', 'geo table is damaged (checksum differs)');
  return sections;
}

/** The same for an image that is known to be whole, since this process has made or opened it: its words are not looked through. */
export function mapImage(kind: ImageKindCode, image: SharedArrayBuffer, sectionCount: number): Uint32Array[] {
  if (image.byteLength < HEADER_WORDS * 4 || image.byteLength % 4 !== 0) {
    throw new GeoImageError('truncated', `geo table of ${image.byteLength} bytes is cut short`);
  }
  const words = new Uint32Array(image);
  if (words[0] !== MAGIC) throw new GeoImageError('not-an-image', 'not a geo table of this machine');
  if (words[1] !== VERSION)
    throw new GeoImageError('other-version', `geo table of version ${words[1]}, not ${VERSION}`);
  if (words[2] !== kind) throw new GeoImageError('other-kind', `geo table of kind ${words[2]}, not ${kind}`);
  if (words[4] !== words.length) {
    throw new GeoImageError('truncated', `geo table has ${words.length} words where its header says ${words[4]}`);
  }
  return cutSections(words, image, sectionCount);
}

/** What tells an image from any other, e.g. to see that a table belongs to the one it was compiled from. */
export function imageChecksum(image: SharedArrayBuffer): number {
  return new Uint32Array(image)[3] ?? 0;
}

/** A copy of `bytes`, as read from a cache file, in the shared memory that a table lives in. */
export function shareImage(bytes: Uint8Array): SharedArrayBuffer {
  const image = new SharedArrayBuffer(bytes.length);
  new Uint8Array(image).set(bytes);
  return image;
}

function cutSections(words: Uint32Array, image: SharedArrayBuffer, expected: number): Uint32Array[] {
  const count = words[5]!;
  if (count !== expected || count > SECTIONS_MAX) {
    throw new GeoImageError('inconsistent', `geo table has ${count} sections, not ${expected}`);
  }
  const sections: Uint32Array[] = [];
  let at = HEADER_WORDS + count;
  for (let i = 0; i < count; i++) {
    const length = words[HEADER_WORDS + i] ?? 0;
    if (at + length > words.length) throw new GeoImageError('inconsistent', `geo table section ${i} leaves the image`);
    sections.push(new Uint32Array(image, at * 4, length));
    at += length;
  }
  if (at !== words.length) throw new GeoImageError('inconsistent', 'geo table has words outside its sections');
  return sections;
}

/** Two multiply-and-rotate lanes over the words; any changed, swapped or missing word shows. 1 ns a word. */
function checksum(words: Uint32Array, from: number): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = from; i < words.length; i++) {
    const word = words[i]!;
    a = Math.imul(a ^ word, 0x01000193);
    b = (Math.imul(b, 0x85ebca6b) + (word ^ (a >>> 15))) | 0;
  }
  return (a ^ ((b << 16) | (b >>> 16))) >>> 0;
}
