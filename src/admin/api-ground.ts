/** What the routes of the admin API stand on: the part of a node that they need, and where it is in its life. */

import type { Logger } from 'pino';
import type { MeridianServer } from '../server/server.ts';

/** The part of a node that the API needs. */
export type AdminNode = Pick<
  MeridianServer,
  'status' | 'measures' | 'view' | 'events' | 'reload' | 'explain' | 'demand' | 'health' | 'planner'
>;

/** Given to every route. */
export type ApiGround = {
  readonly log: Logger;
  readonly node: AdminNode;
  /** Whether changes need a bearer token. */
  readonly needsToken: boolean;
};
