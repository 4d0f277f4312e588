import { describe, expect, it } from 'vitest';
import {
  buildImage,
  GeoImageError,
  ImageKind,
  imageChecksum,
  openImage,
  shareImage,
} from '../../../src/geo/geo-image.ts';

const SECTIONS = [Uint32Array.of(1, 2, 3), new Uint32Array(0), Uint32Array.of(0xffffffff)];

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof GeoImageError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('openImage', () => {
  it('gives back the sections, also after a way over disk', () => {
    const image = buildImage(ImageKind.LOCATIONS, SECTIONS);
    const restored = shareImage(new Uint8Array(image).slice());
    for (const each of [image, restored]) {
      expect(openImage(ImageKind.LOCATIONS, each, 3).map((section) => [...section])).toEqual([
        [1, 2, 3],
        [],
        [0xffffffff],
      ]);
    }
    expect(imageChecksum(restored)).toBe(imageChecksum(image));
  });

  it('refuses any single changed bit and any cut', () => {
    const good = new Uint8Array(buildImage(ImageKind.LOCATIONS, SECTIONS));
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => openImage(ImageKind.LOCATIONS, shareImage(bad), 3))).not.toBe('accepted');
    }
    for (let length = 0; length < good.length; length++) {
      expect(codeOf(() => openImage(ImageKind.LOCATIONS, shareImage(good.slice(0, length)), 3))).not.toBe('accepted');
    }
  });

  it('says what is wrong', () => {
    const image = buildImage(ImageKind.LOCATIONS, SECTIONS);
    const changed = (word: number, value: number) => {
      const copy = shareImage(new Uint8Array(image));
      new Uint32Array(copy)[word] = value;
      return copy;
    };
    expect(codeOf(() => openImage(ImageKind.CLASSES, image, 3))).toBe('other-kind');
    expect(codeOf(() => openImage(ImageKind.LOCATIONS, image, 2))).toBe('inconsistent');
    expect(codeOf(() => openImage(ImageKind.LOCATIONS, changed(0, 1), 3))).toBe('not-an-image');
    expect(codeOf(() => openImage(ImageKind.LOCATIONS, changed(1, 999), 3))).toBe('other-version');
    expect(codeOf(() => openImage(ImageKind.LOCATIONS, changed(9, 7), 3))).toBe('checksum');
    expect(codeOf(() => openImage(ImageKind.LOCATIONS, new SharedArrayBuffer(12), 3))).toBe('truncated');
  });
});
