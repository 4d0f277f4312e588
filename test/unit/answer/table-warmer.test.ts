import { describe, expect, it, vi } from 'vitest';
import { createEndpointTally } from '../../../src/answer/endpoint-tally.ts';
import { isLarge, TableWarmer } from '../../../src/answer/table-warmer.ts';
import { RandomStream } from '../../../src/base/random.ts';
import { slotCountOf } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { modelZone, type Serving, serve } from '../../tools/model-zone.ts';

/** Enough for a zone that the caches do not hold. */
const NAMES = 60_000;
const STEERED = { pools: { all: { values: ['192.0.2.1', '192.0.2.2'] } }, rules: [{ pool: 'all' }] };

const lines = Array.from({ length: NAMES }, (_, n) => `static${n} 300 A 192.0.2.${n & 255}`);
const large = serve([modelZone('large.example.', lines, [{ name: 'www', ...STEERED }])]);
const small = serve([modelZone('small.example.', lines.slice(0, 10), [{ name: 'www', ...STEERED }])]);

/** A warmer over `serving`, and what it reads of the first zone. */
function warm({ tables }: Serving) {
  const zone = tables.zones[0] ?? expect.fail('no zone');
  const largeZones = tables.zones.filter((zone) => zone !== null && isLarge(zone)).length;
  const warmer = new TableWarmer({ ...tables, largeZones }, createEndpointTally(slotCountOf(tables.health)));
  return { warmer, zone, slots: vi.spyOn(zone, 'firstSlotOf'), rrsets: vi.spyOn(zone, 'findRRset') };
}

describe('a table warmer', () => {
  it('reads the endpoints of all that a batch asks for, in any case, and forgets them', () => {
    const { warmer, zone, slots, rrsets } = warm(large);
    const query = buildQuery('wWw.large.example.', 'A');
    warmer.note(query, 0, query.length);
    const plain = buildQuery('static7.large.example.', 'A');
    warmer.note(plain, 0, plain.length);
    warmer.warm();
    expect(slots.mock.results.map(({ value }) => value)).toEqual([large.slotOf('192.0.2.1')]);
    expect(rrsets.mock.calls.map(([, type]) => type)).toEqual([RRType.A, RRType.A]);
    expect(rrsets.mock.results.every(({ value }) => zone.typeOf(value) === RRType.A)).toBe(true);
    warmer.warm();
    expect(rrsets).toHaveBeenCalledTimes(2);
  });

  it('goes from zone to zone as a batch does', () => {
    const apexes = ['one.example.', 'two.example.'];
    const serving = serve(apexes.map((apex) => modelZone(apex, lines, [{ name: 'www', ...STEERED }])));
    const { warmer } = warm(serving);
    const slots = serving.tables.zones.map((zone) => vi.spyOn(zone ?? expect.fail('no zone'), 'firstSlotOf'));
    for (let i = 0; i < 7; i++) {
      const query = buildQuery(`www.${apexes[i % 2]}`, 'A');
      warmer.note(query, 0, query.length);
    }
    warmer.warm();
    expect(slots.map(({ mock }) => mock.calls.length)).toEqual([4, 3]);
  });

  it('is needed for zones that the caches do not hold beside the kernel, and for no others', () => {
    const isNeededFor = (names: number) =>
      warm(serve([modelZone('large.example.', lines.slice(0, names), [])])).warmer.isNeeded;
    expect([10, 1_000, 3_000, 10_000, NAMES].map(isNeededFor)).toEqual([false, false, false, true, true]);
  });

  it('passes over names that are not there, zones that are small or not ours, and messages beyond a batch', () => {
    const { warmer, rrsets } = warm(large);
    const other = warm(small);
    for (const name of ['nothing.large.example.', 'www.small.example.', 'www.example.', '.']) {
      const query = buildQuery(name, 'A');
      warmer.note(query, 0, query.length);
      other.warmer.note(query, 0, query.length);
    }
    warmer.warm();
    other.warmer.warm();
    expect([rrsets.mock.calls, other.rrsets.mock.calls]).toEqual([[], []]);
    const query = buildQuery('www.large.example.', 'A');
    for (let i = 0; i < 1_000; i++) warmer.note(query, 0, query.length);
    warmer.warm();
    expect(rrsets).toHaveBeenCalledTimes(64);
  });

  it('bears whatever comes, and changes nothing of it', () => {
    const { warmer, rrsets } = warm(large);
    const random = new RandomStream(11);
    const query = buildQuery('www.large.example.', 'AAAA');
    for (let round = 0; round < 20_000; round++) {
      const bytes = query.slice(0, random.nextBelow(query.length + 1));
      for (let i = random.nextBelow(4); i > 0 && bytes.length > 0; i--)
        bytes[random.nextBelow(bytes.length)] = random.nextBits() & 255;
      const before = bytes.slice();
      warmer.note(bytes, 0, bytes.length);
      if (round % 37 === 0) warmer.warm();
      expect(Buffer.compare(bytes, before)).toBe(0);
    }
    expect(rrsets).toHaveBeenCalled();
  });
});
