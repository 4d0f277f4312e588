import { describe, expect, it } from 'vitest';
import { GeoSourceError } from '../../../src/geo/geo-source.ts';

describe('GeoSourceError', () => {
  it('names the file, what is wrong with it and what to do', () => {
    const error = new GeoSourceError('city.mmdb', 'bad-tree', 'the search tree loops');
    expect(error).toMatchObject({ source: 'city.mmdb', code: 'bad-tree' });
    expect(error.message).toBe('city.mmdb: the search tree loops; replace the file with a whole one');
  });
});
