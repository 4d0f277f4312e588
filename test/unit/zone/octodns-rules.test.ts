import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

const POOLS =
  '{one: {values: []}, two: {values: [], fallback: three}, three: {values: [], fallback: four}, four: {values: []}}';
const zoneOf = (rules: string) =>
  readZoneText(`www: {type: A, value: 192.0.2.250, dynamic: {pools: ${POOLS}, rules: ${rules}}}`);
const told = (rules: string) =>
  zoneOf(rules)
    .told.filter((line) => line.startsWith('error') && !line.includes('unused pools'))
    .map((line) => line.split(' ').slice(3).join(' '));

describe('rules', () => {
  it.each([
    ['[]', ['missing rules']],
    ['{pool: one}', ['rules must be a list']],
    ['[one]', ['rule 1 must be a mapping with a pool']],
    ['[{geos: [EU]}, {pool: one}]', ['rule 1 missing pool']],
    ['[{pool: ~}]', ['rule 1 invalid pool "None"']],
    ['[{pool: nope}]', ['rule 1 undefined pool "nope"']],
    ['[{pool: one, geos: [EU]}, {pool: one, geos: [NA]}, {pool: two}]', ['rule 2 invalid, target pool "one" reused']],
    ['[{pool: one}, {pool: two}]', ['rule 2 duplicate default']],
    ['[{pool: one, geos: []}, {pool: two}]', ['rule 2 duplicate default']],
    ['[{pool: one, geos: [EU]}]', ['final rule has "subnets" and/or "geos" and is not catchall']],
    [
      '[{pool: one, geos: [EU]}, {pool: two, subnets: [10.0.0.0/8]}, {pool: three}]',
      ['rule 2 with only subnet targeting should appear before all geo targeting rules'],
    ],
    [
      '[{pool: one, geos: [EU]}, {pool: two, subnets: [10.0.0.0/8], geos: [NA]}, {pool: three}]',
      ['rule 2 with subnet(s) and geo(s) should appear before all geo-only rules'],
    ],
    ['[{pool: one, subnets: 10.0.0.0/8}, {pool: two}]', ['rule 1 subnets must be a list']],
    ['[{pool: one, subnets: [10.0.0.1/8]}, {pool: two}]', ['rule 1 invalid subnet "10.0.0.1/8"']],
    [
      '[{pool: one, subnets: [10.1.0.0/16, 10.0.0.0/8]}, {pool: two}]',
      ['rule 1 targets subnet 10.1.0.0/16 which is more specific than the previously seen 10.0.0.0/8 in rule 1'],
    ],
    [
      "[{pool: one, subnets: ['2001:db8::/32']}, {pool: two, subnets: ['2001:db8::/32']}, {pool: three}]",
      ['rule 2 targets subnet 2001:db8::/32 which has previously been seen in rule 1'],
    ],
    ['[{pool: one, geos: {EU: x}}, {pool: two}]', ['rule 1 geos must be a list']],
    [
      '[{pool: one, geos: [XX, EU-US, NA-US-XX, NA-US-CA-SF]}, {pool: two}]',
      [
        'rule 1 unknown country code "EU-US"',
        'rule 1 invalid geo code "NA-US-CA-SF"',
        'rule 1 unknown province code "NA-US-XX"',
        'rule 1 unknown continent code "XX"',
      ],
    ],
    [
      '[{pool: one, geos: [NA]}, {pool: two, geos: [NA-US]}, {pool: three}]',
      ['rule 2 targets geo NA-US which is more specific than the previously seen NA in rule 1'],
    ],
    ['[{pool: one, geos: [EU, EU]}, {pool: two}]', ['rule 1 targets geo EU which has previously been seen in rule 1']],
    ['[{pool: one, geos: [NO]}, {pool: two}]', ['rule 1 geo False is not a text: quote it']],
  ])('%s', (rules, messages) => {
    expect(told(rules)).toEqual(messages);
  });

  it('take addresses, netmasks, hostmasks and whole numbers for networks', () => {
    const zone = zoneOf(
      '[{pool: one, subnets: [192.0.2.1, 192.0.3.0/255.255.255.0, 192.0.4.0/0.0.0.255, 42, 0.0.0.0/1]}, {pool: two}]',
    );
    expect(zone.places).toEqual([expect.stringContaining('rule-subnet-covered')]);
    const sound = zoneOf('[{pool: one, subnets: [192.0.2.1, 192.0.3.0/255.255.255.0, 42]}, {pool: two}]');
    expect(sound.model?.dynamics[0]?.rules[0]?.subnets.map(({ words, length }) => [words[0], length])).toEqual([
      [0xc0000201, 32],
      [0xc0000300, 24],
      [42, 32],
    ]);
  });
});
