/** Growing memory for an image under construction, seen as words and as octets; copied once into shared memory. */
export class ImageArena {
  words: Int32Array;
  bytes: Uint8Array;
  /** Words in use. */
  used = 0;

  constructor(words: number) {
    const buffer = new ArrayBuffer(words * 4);
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** Takes `count` zeroed words and returns where they start. */
  takeWords(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.words.length) this.#grow();
    return at;
  }

  /** Takes room for `count` octets, up to whole words; returns the octet offset. */
  takeBytes(count: number): number {
    return this.takeWords((count + 3) >> 2) * 4;
  }

  /** What is in use, as shared memory. */
  share(): SharedArrayBuffer {
    const image = new SharedArrayBuffer(this.used * 4);
    new Int32Array(image).set(this.words.subarray(0, this.used));
    return image;
  }

  #grow(): void {
    let size = this.words.length * 2;
    while (size < this.used) size *= 2;
    const buffer = new ArrayBuffer(size * 4);
    const words = new Int32Array(buffer);
    words.set(this.words);
    this.words = words;
    this.bytes = new Uint8Array(buffer);
  }
}
