import { describe, expect, it } from 'vitest';
import { avoids, openView, RegionalView } from '../../../src/decision/regional-view.ts';
import type { SteeringRequest } from '../../../src/decision/steering-request.ts';
import { NEAREST_GROUP } from '../../../src/geo/nearest-regions.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { networkAt, prefix, regionAt, serve } from '../../tools/model-zone.ts';

const REGIONS = [regionAt('dublin', 53.3, -6.3), regionAt('frankfurt', 50.1, 8.7), regionAt('tokyo', 35.7, 139.7)];
/** London and Osaka; the rest is nowhere. */
const NETWORKS = [networkAt('20.0.0.0/16', 51.5, -0.1), networkAt('20.2.0.0/16', 34.7, 135.5)];
const { classTables } = serve([], NETWORKS, REGIONS).tables;
const table = classTables[NEAREST_GROUP]!;
const EUROPE = 0b011;
const ASIA = 0b110;

function requestOf(source: string, subnet: string | null): SteeringRequest {
  const { family, words } = prefix(`${source}/32`);
  const request = { sourceFamily: family, sourceWords: new Uint32Array(4), subnet: new ClientSubnet() };
  request.sourceWords.set(words);
  if (subnet !== null) {
    const told = prefix(subnet);
    request.subnet.family = told.family;
    request.subnet.words.set(told.words);
    request.subnet.sourceLength = told.length;
  }
  return request;
}

function opened(source: string, subnet: string | null): RegionalView {
  const view = new RegionalView();
  openView(view, requestOf(source, subnet), table);
  return view;
}

describe('a regional view', () => {
  it('avoids what both regions nearest the client call down, and nothing else', () => {
    expect([EUROPE, 0b111, ASIA, 0b101].map((dissent) => avoids(opened('20.0.0.1', null), dissent))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([EUROPE, ASIA].map((dissent) => avoids(opened('20.2.0.1', null), dissent))).toEqual([false, true]);
  });

  it('goes by the subnet where there is one, whose scope it tells', () => {
    const view = opened('20.0.0.1', '20.2.9.0/24');
    expect(avoids(view, ASIA)).toBe(true);
    expect(view.scope).toBeGreaterThan(8);
  });

  it('goes by the source where the subnet is nowhere on the Internet', () => {
    expect(avoids(opened('20.0.0.1', '10.1.2.0/24'), EUROPE)).toBe(true);
  });

  it('avoids nothing for clients whose place nobody knows, and where there is no table', () => {
    expect(avoids(opened('9.9.9.9', null), 0b111)).toBe(false);
    const view = new RegionalView();
    openView(view, requestOf('20.0.0.1', null), null);
    expect(avoids(view, 0b111)).toBe(false);
  });

  it('is not asked before an endpoint is disputed, and remembers what it avoided when it is ignored', () => {
    const view = opened('20.0.0.1', '20.0.9.0/24');
    expect([view.isAsked, view.scope, view.hasAvoided]).toEqual([false, 0, false]);
    avoids(view, ASIA);
    expect([view.isAsked, view.hasAvoided]).toEqual([true, false]);
    avoids(view, EUROPE);
    view.isIgnored = true;
    expect([avoids(view, EUROPE), view.hasAvoided]).toEqual([false, true]);
  });

  it('is that of a trace when the decision is made again', () => {
    const view = new RegionalView();
    view.told = { nearest: ASIA, scope: 19 };
    openView(view, requestOf('20.0.0.1', '20.0.9.0/24'), table);
    expect([avoids(view, EUROPE), avoids(view, ASIA), view.scope]).toEqual([false, true, 19]);
  });
});
