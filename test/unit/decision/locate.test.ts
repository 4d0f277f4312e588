import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { Decision } from '../../../src/decision/decision.ts';
import { locateClient } from '../../../src/decision/locate.ts';
import type { ClassTable } from '../../../src/geo/class-table.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { modelZone, network, prefix, serve } from '../../tools/model-zone.ts';

/** Class 0: EU; class 1: 10.9.0.0/16; class 2: everybody else. */
function tableOf(): ClassTable {
  const rules = [{ geos: ['EU'], pool: 'eu' }, { subnets: ['10.9.0.0/16'], pool: 'office' }, { pool: 'rest' }];
  const pools = { eu: { values: ['192.0.2.1'] }, office: { values: ['192.0.2.2'] }, rest: { values: ['192.0.2.3'] } };
  const networks = [network('100.0.0.0/8', 'DE'), network('10.8.0.0/16', 'FR')];
  const { tables } = serve([modelZone('example.', [], [{ name: 'www', pools, rules }])], networks);
  return tables.classTables[1] ?? expect.fail('no table');
}

function locate(source: string, subnet: string | null, table: ClassTable | null = tableOf()): [number, number] {
  const request = {
    sourceFamily: 4 as const,
    sourceWords: (parseIpAddress(source) ?? expect.fail(source)).words,
    subnet: new ClientSubnet(),
  };
  if (subnet !== null) {
    const { family, length, words } = prefix(subnet);
    request.subnet.family = family;
    request.subnet.sourceLength = length;
    request.subnet.words.set(words);
  }
  const decision = new Decision();
  locateClient(decision, request, table, 2);
  return [decision.class, decision.scope];
}

describe('locateClient', () => {
  it('goes by the client subnet where there is one, and says how much of it mattered', () => {
    expect(locate('203.0.113.1', '100.1.2.0/24')).toEqual([0, 8]);
    // 10.0.0.0/8 beside it is not routable, so 8.0.0.0/7 is all that goes the same way.
    expect(locate('100.0.0.1', '9.9.9.0/24')).toEqual([2, 7]);
  });

  it('goes by the source without one, or when the client asks not to be placed (RFC 7871 7.1.2)', () => {
    expect(locate('100.0.0.1', null)).toEqual([0, 0]);
    expect(locate('100.0.0.1', '0.0.0.0/0')).toEqual([0, 0]);
  });

  it('falls back to the source for a subnet that is not routable, unless the operator named it', () => {
    expect(locate('100.0.0.1', '10.1.0.0/16')[0]).toBe(0);
    expect(locate('9.9.9.9', '10.1.0.0/16')[0]).toBe(2);
    expect(locate('100.0.0.1', '10.9.1.0/24')[0]).toBe(1);
    expect(locate('9.9.9.9', '10.8.1.0/24')[0]).toBe(0);
    expect(locate('100.0.0.1', 'fd00::/48')[0]).toBe(0);
  });

  it('takes a source that is not routable as unknown: the catch-all', () => {
    expect(locate('127.0.0.1', null)).toEqual([2, 0]);
  });

  it('asks nobody where all clients are of one class', () => {
    expect(locate('100.0.0.1', '100.1.2.0/24', null)).toEqual([2, 0]);
  });
});
