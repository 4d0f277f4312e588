import { expect, it } from 'vitest';
import { RULE_TEXT_BYTES_MAX } from '../../../src/base/limits.ts';
import { ImageArena } from '../../../src/zone/image-arena.ts';
import { relativeLine, writeFences, writeRules, writeText } from '../../../src/zone/rule-text.ts';
import { RULE_WORDS, RuleWord } from '../../../src/zone/zone-image.ts';
import type { DynamicModel, RuleModel } from '../../../src/zone/zone-model.ts';
import { prefix } from '../../tools/model-zone.ts';

const place = { file: 'zones/a.yaml', line: 7, column: 1 };
const textAt = (arena: ImageArena, at: number, head: number) => {
  const length = head === 1 ? arena.bytes[at]! : (arena.bytes[at]! << 8) | arena.bytes[at + 1]!;
  return new TextDecoder().decode(arena.bytes.slice(at + head, at + head + length));
};

it('writes targets, and lines counted from the record', () => {
  const arena = new ImageArena(64);
  const geo = { continent: 'NA', country: 'US', province: 'CA' };
  const rules: RuleModel[] = [
    { geos: [geo], subnets: [prefix('10.0.0.0/8')], pool: 3, place },
    { geos: [], subnets: [], pool: 1, place: { ...place, line: 9 } },
  ];
  const at = writeRules(arena, { rules, place } as unknown as DynamicModel);
  const word = (rule: number, field: number) => arena.words[at + rule * RULE_WORDS + field]!;
  expect([word(0, RuleWord.POOL), word(0, RuleWord.LINE), word(1, RuleWord.LINE)]).toEqual([3, 0, 2]);
  expect(textAt(arena, word(0, RuleWord.TARGETS), 2)).toBe('NA-US-CA 10.0.0.0/8');
  expect(textAt(arena, word(1, RuleWord.TARGETS), 2)).toBe('');
});

it('writes the places of each fence', () => {
  const arena = new ImageArena(64);
  const geo = (continent: string, country: string | null) => ({ continent, country, province: null });
  const fences = [{ geos: [geo('EU', null), geo('AF', 'ZA')] }, { geos: [geo('AS', null)] }];
  const at = writeFences(arena, { steering: { fences } } as unknown as DynamicModel);
  expect([0, 1].map((i) => textAt(arena, arena.words[at + i]!, 2))).toEqual(['EU AF-ZA', 'AS']);
});

it('cuts a long list and says how many are missing', () => {
  const arena = new ImageArena(64);
  const subnets = Array.from({ length: 1_000 }, (_, i) => prefix(`10.${i >> 8}.${i & 255}.0/24`));
  const rules = [{ geos: [], subnets, pool: 0, place }];
  const at = writeRules(arena, { rules, place } as unknown as DynamicModel);
  const text = textAt(arena, arena.words[at + RuleWord.TARGETS]!, 2).split(' ');
  expect(text.join(' ').length).toBeLessThan(RULE_TEXT_BYTES_MAX + 10);
  expect(Number(text.at(-1)) + text.length - 1).toBe(1_000);
});

it('writes a text with its length in an octet', () => {
  const arena = new ImageArena(64);
  expect(textAt(arena, writeText(arena, 'eu-west'), 1)).toBe('eu-west');
  expect(textAt(arena, writeText(arena, 'x'.repeat(300)), 1)).toHaveLength(255);
});

it('has no line for a rule that stands elsewhere', () => {
  expect(relativeLine({ ...place, line: 6 }, place)).toBe(-1);
  expect(relativeLine({ ...place, file: 'b.yaml', line: 60 }, place)).toBe(-1);
});
