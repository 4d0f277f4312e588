import { describe, expect, it } from 'vitest';
import { FOLLOWED_TARGETS_MAX } from '../../../src/base/limits.ts';
import { RRType, typeCode } from '../../../src/wire/codes.ts';
import { nameToText } from '../../../src/wire/name.ts';
import { rdataFromText } from '../../../src/wire/rdata.ts';
import { compileFollowed, followedTarget, isAliasMode, OWN_NAME } from '../../../src/zone/follow-compile.ts';
import { ImageArena } from '../../../src/zone/image-arena.ts';
import { FOLLOW_WORDS, FOLLOWED_WORDS, FollowedWord, FollowWord } from '../../../src/zone/zone-image.ts';
import { wireName } from '../../tools/model-zone.ts';

function rdata(type: string, text: string): Uint8Array {
  const tokens = text.split(' ').map((word) => ({ text: word, quoted: false }));
  const octets = rdataFromText(typeCode(type), tokens, wireName('example.'));
  return octets instanceof Uint8Array ? octets : expect.fail(octets.message);
}

const follow = { owner: wireName('o.example.'), type: RRType.HTTPS, leavesOut: true, hints: true };

function compile(type: string, ...texts: string[]) {
  const arena = new ImageArena(16);
  const rdatas = texts.map((text) => rdata(type, text));
  const at = compileFollowed(arena, typeCode(type), rdatas, follow);
  const word = (i: number, which: number) => arena.words[at + FOLLOW_WORDS + i * FOLLOWED_WORDS + which]!;
  const targetAt = (i: number) => arena.words[arena.words[at + FollowWord.TARGETS_AT]! + i]!;
  return { arena, at, rdatas, word, targetAt, count: arena.words[at + FollowWord.TARGET_COUNT] };
}

describe('the target of a record', () => {
  it('is its name in lower case, the owner for "." in ServiceMode (RFC 9460 2.5.2), and nothing where "." is no service', () => {
    expect(nameToText(followedTarget(RRType.SRV, rdata('SRV', '1 2 3 A.Example.'))!)).toBe('a.example.');
    expect(followedTarget(RRType.HTTPS, rdata('HTTPS', '1 .'))).toBe(OWN_NAME);
    expect(followedTarget(RRType.HTTPS, rdata('HTTPS', '0 .'))).toBeNull();
    expect(followedTarget(RRType.SRV, rdata('SRV', '0 0 0 .'))).toBeNull();
    expect([isAliasMode(RRType.SVCB, rdata('SVCB', '0 a')), isAliasMode(RRType.SRV, rdata('SRV', '0 0 1 a'))]).toEqual([
      true,
      false,
    ]);
  });
});

describe('an RRset that follows', () => {
  it('has each target once, whatever its case, and its records by their order in the file', () => {
    const { arena, at, word, targetAt, count, rdatas } = compile('SRV', '1 1 1 a', '1 1 2 b', '2 1 1 A', '9 9 9 .');
    expect(count).toBe(2);
    expect([0, 1, 2, 3].map((i) => word(i, FollowedWord.TARGET))).toEqual([0, 1, 0, -1]);
    expect([0, 1].map((i) => nameToText(arena.bytes, targetAt(i)))).toEqual(['a.example.', 'b.example.']);
    expect([arena.words[at + FollowWord.LEAVES_OUT], arena.words[at + FollowWord.HINTS]]).toEqual([1, 1]);
    const dataAt = word(2, FollowedWord.DATA);
    expect(arena.bytes.slice(dataAt, dataAt + word(2, FollowedWord.LENGTH))).toEqual(rdatas[2]);
  });

  it('knows where hints stand or would stand among the parameters', () => {
    const { word, targetAt } = compile('HTTPS', '1 . alpn=h2 ipv4hint=192.0.2.1 dohpath=/q{?dns}', '2 .');
    const span = (i: number, which: number) => [word(i, which) & 0xffff, word(i, which) >>> 16];
    expect(span(0, FollowedWord.HINT_V4)).toEqual([10, 18]);
    expect(span(0, FollowedWord.HINT_V6)).toEqual([18, 18]);
    expect([span(1, FollowedWord.HINT_V4), span(1, FollowedWord.HINT_V6)]).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(targetAt(0)).toBe(0);
  });

  it('with more targets than can be followed should have been refused', () => {
    const many = Array.from({ length: FOLLOWED_TARGETS_MAX + 1 }, (_, i) => `1 1 1 t${i}`);
    expect(compile('SRV', ...many.slice(1)).count).toBe(FOLLOWED_TARGETS_MAX);
    expect(() => compile('SRV', ...many)).toThrow('FOLLOWED_TARGETS_MAX');
  });
});
