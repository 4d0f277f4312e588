import { describe, expect, it } from 'vitest';
import { RRType, typeName } from '../../../src/wire/codes.ts';
import { isStoredType } from '../../../src/wire/rdata.ts';
import { rdataLayout } from '../../../src/wire/rdata-layout.ts';

describe('rdataLayout', () => {
  it('has a text form for every type that a zone may hold, except what a signer makes', () => {
    const opaque = Object.values(RRType).filter((type) => isStoredType(type) && rdataLayout(type) === null);
    expect(opaque.map(typeName).sort()).toEqual(['NSEC', 'NSEC3', 'NSEC3PARAM', 'RRSIG', 'ZONEMD']);
    expect(rdataLayout(RRType.ANY)).toBeNull();
    expect(rdataLayout(65280)).toBeNull();
  });
});
