import { describe, expect, it } from 'vitest';
import {
  isChanged,
  NO_CHANGE,
  planShifts,
  regionsOf,
  setBias,
  setWeight,
  toggleRegion,
} from '../../../src/console/what-if-change.ts';

describe('a change that is thought through', () => {
  it('is taken back by doing it twice', () => {
    expect(toggleRegion(toggleRegion(NO_CHANGE, 'eu'), 'eu')).toEqual(NO_CHANGE);
    expect(setWeight(setWeight(NO_CHANGE, 'a', 3), 'a', null)).toEqual(NO_CHANGE);
    expect(setBias(setBias(NO_CHANGE, 'a', -9), 'a', null)).toEqual(NO_CHANGE);
    expect(isChanged(NO_CHANGE)).toBe(false);
  });

  it('holds the last weight of a pool alone', () => {
    expect(setWeight(setWeight(NO_CHANGE, 'a', 3), 'a', 4).weights).toEqual([{ target: 'a', weight: 4 }]);
  });

  it('becomes shifts where a shift can do it, and says where not', () => {
    const change = setBias(setWeight(setWeight(toggleRegion(NO_CHANGE, 'eu'), 'a', 1), 'b', 9), 'c', 5);
    const { shifts, unable } = planShifts(change, () => 4);
    expect(shifts).toEqual([
      { scope: 'region', target: 'eu', factor: 0 },
      { scope: 'pool', target: 'a', factor: 0.25 },
    ]);
    expect(unable).toEqual([
      'A shift cannot raise the weight of b: set it to 9 in the zone file.',
      'A shift cannot bias c: set bias 5 in the zone file.',
    ]);
  });

  it('knows the regions of the answer', () => {
    const share = { before: 0, after: 0 };
    expect(
      regionsOf({
        regions: [
          { region: 'eu', ...share },
          { region: null, ...share },
        ],
      }),
    ).toEqual(['eu']);
  });
});
