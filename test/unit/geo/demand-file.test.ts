import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDemandFile, placeDemand } from '../../../src/geo/demand-file.ts';
import type { Location } from '../../../src/geo/location.ts';

function country(continent: string, code: string): Location {
  return { continent, country: code, province: null, latitude: null, longitude: null, region: null, origin: 'mmdb' };
}

const read = (text: string) => parseDemandFile('demand.csv', text);
const faults = (text: string) => read(text).faults.map(({ line, code }) => `${line} ${code}`);

describe('a demand file', () => {
  it('has lines of place and queries, comments, and columns in any order', () => {
    const { rows, faults: none } = read('# July\r\nqueries, place\r\n12,"EU-DE"\n\n0.5,NA-US-CA\n3,unknown');
    expect(none).toEqual([]);
    expect(rows).toEqual([
      { place: { code: 'EU-DE', latitude: null, longitude: null }, queries: 12 },
      { place: { code: 'NA-US-CA', latitude: null, longitude: null }, queries: 0.5 },
      { place: { code: null, latitude: null, longitude: null }, queries: 3 },
    ]);
  });

  it('may name countries as ISO does', () => {
    expect(read('country,province,queries\nUS,CA,5\nDE,,6\n').rows.map(({ place }) => place.code)).toEqual([
      'NA-US-CA',
      'EU-DE',
    ]);
  });

  it('tells every fault with its line', () => {
    expect(faults('place,queries\nEU-DE,x\nEU-DE\nnowhere,1\nEU,-1\nEU,1e9\n')).toEqual([
      '2 demand-line',
      '3 demand-line',
      '4 demand-line',
      '5 demand-line',
      '6 demand-line',
    ]);
    expect(faults('country,queries\nXX,1\n')).toEqual(['2 demand-line']);
  });

  it.each([
    ['', '0 demand-empty'],
    ['# nothing\n', '0 demand-empty'],
    ['place,queries\nEU,0\n', '0 demand-empty'],
    ['place,hits\n', '1 demand-header'],
    ['place,country,queries\n', '1 demand-header'],
    ['place,province,queries\n', '1 demand-header'],
    ['queries\n', '1 demand-header'],
    ['queries,queries,place\n', '1 demand-header'],
    ['place\n', '1 demand-header'],
  ])('is refused without what it needs: %j', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  it('never throws, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'placequris,\n"#-@+.0159EUDE'), maxLength: 200 }), (text) => {
        for (const { queries } of read(text).rows) expect(queries).toBeGreaterThanOrEqual(0);
        read(`place,queries\n${text}`);
      }),
    );
  });
});

describe('what it means', () => {
  it('goes to the classes of a place by their addresses, and what no class is for to unknown', () => {
    const classes = [null, null, country('EU', 'DE'), country('EU', 'FR'), country('OC', 'NU')];
    const { rows } = read('place,queries\nEU,100\nEU-FR,7\nOC,4\nAS-JP,9\nunknown,1\n');
    const { clients, total, notFound } = placeDemand(rows, classes, Float64Array.of(50, 0, 30, 10, 0));
    expect([...clients]).toEqual([10, 0, 75, 32, 4]);
    expect([total, notFound]).toEqual([121, 9]);
  });
});
