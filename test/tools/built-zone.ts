/** What a builder hands over of a small zone, for tests of those who hold it. */

import type { BuiltZone } from '../../src/server/builder-messages.ts';

/** A zone of two names and three records; every call gives another image. */
export function builtZone(): BuiltZone {
  return {
    image: new SharedArrayBuffer(4),
    origin: 'a.test.',
    steered: [],
    groups: [],
    serial: 7,
    names: 2,
    records: 3,
    dynamics: 0,
    changes: null,
  };
}
