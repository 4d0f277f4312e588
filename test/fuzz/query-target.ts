/** Queries of every transport through `answerQuery`. Input: how it came, what the tables hold, who asks, the query. */

import { joinBytes } from '../tools/packet-case.ts';
import { judgeAnswer } from './answer-oracle.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { chance } from './mutate-octets.ts';
import { QueryWorld, readAsked } from './query-world.ts';

/** The query path. */
export const QUERY_TARGET: FuzzTarget = {
  name: 'query',
  open: () => {
    const world = new QueryWorld();
    return {
      generate: (random) => {
        const transport = chance(random, 4) ? 1 + random.nextBelow(3) : 0;
        const how = Uint8Array.of(transport, random.nextBelow(32), random.nextBelow(4));
        return joinBytes(how, world.generateQuery(random));
      },
      check: (input) => {
        const asked = readAsked(input);
        return judgeAnswer(asked.query, world.ask(asked, asked.tables), asked.transport);
      },
    };
  },
};
