import { describe, expect, it } from 'vitest';
import { ImageArena } from '../../../src/zone/image-arena.ts';

describe('ImageArena', () => {
  it('keeps what is written while it grows, and shares exactly what is in use', () => {
    const arena = new ImageArena(2);
    const first = arena.takeWords(1);
    arena.words[first] = 7;
    const octets = arena.takeBytes(5);
    arena.bytes.set([1, 2, 3, 4, 5], octets);
    const last = arena.takeWords(100);
    arena.words[last + 99] = -1;
    const image = arena.share();
    expect(image.byteLength).toBe((1 + 2 + 100) * 4);
    expect(new Int32Array(image)[0]).toBe(7);
    expect([...new Uint8Array(image).slice(octets, octets + 5)]).toEqual([1, 2, 3, 4, 5]);
    expect(new Int32Array(image).at(-1)).toBe(-1);
  });
});
