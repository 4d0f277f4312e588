/** A node's measures with one of everything. */

import type { NodeMeasures } from '../../../src/server/node-measures.ts';

const NO_TIMES = { boundsMs: [0.05, 1], counts: [0, 0, 0], sumMs: 0 };

export function sampleMeasures(): NodeMeasures {
  return {
    answers: {
      types: { other: 1, A: 12 },
      scopes: { ipv4: { '0': 1, '17-24': 13 }, ipv6: { '0': 0 } },
      zones: new Map([['a.', 14]]),
      none: 15,
      other: 0,
    },
    serviceTimes: {
      udp: { boundsMs: [0.05, 1], counts: [7, 2, 1], sumMs: 12.5 },
      tcp: NO_TIMES,
      tls: NO_TIMES,
      https: NO_TIMES,
    },
    events: new Map([
      ['reload', { count: 3, lastMs: 1_800_000_000_000, lastMilliseconds: 250 }],
      ['reload-failed', { count: 1, lastMs: 1, lastMilliseconds: null }],
      ['zone-refused', { count: 2, lastMs: 1, lastMilliseconds: null }],
    ]),
    health: {
      transitions: { up: 4, down: 5, unknown: 0 },
      agents: { joined: 2, back: 0, restarted: 0, stale: 1 },
      modes: 6,
      guards: 1,
      storeLosses: 7,
      state: 'lost',
      refused: 8,
      pushedLoads: 10,
      modeHeldSeconds: 9.5,
      regionsFresh: 1,
      regionsKnown: 3,
    },
    suspect: 2,
    tables: { locations: 1, classes: 2, zones: 3, index: 4, alias: 5 },
    steeringGroups: 6,
    certificateExpiresMs: 1_900_000_000_000,
  };
}
