/**
 * One route of the admin API as plain data: what it takes, what it answers, and what it does. The table of them
 * (`api-routes.ts`) is served by `admin-api.ts` and written out by `openapi.ts`, so that neither can say what the other does not.
 */

import type { z } from 'zod';
import type { AdminNode, ApiGround } from './api-ground.ts';

/** What a route answers as JSON. */
export type Reply = { readonly status: 200 | 201 | 409; readonly json: object };

/** A request that cannot be done; told to the client in these words. */
export class RouteProblem extends Error {
  override readonly name = 'RouteProblem';
  readonly status: 400 | 404 | 409 | 429 | 503;

  constructor(status: RouteProblem['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** Read and validated. `id` is the last part of the path where that is `:id`, else empty. */
export type RouteRequest<Query, Body> = { readonly query: Query; readonly body: Body; readonly id: string };

/** One entry of the table; without types of its own, for the table. */
export type ApiRoute = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/api/v1/shifts/:id`. */
  readonly path: string;
  /** For OpenAPI: a name for programs, a sentence for people. */
  readonly operation: string;
  readonly summary: string;
  readonly query: z.ZodType;
  /** Null: it takes no body. */
  readonly body: z.ZodType | null;
  /** What is answered, by status. */
  readonly answers: Readonly<Partial<Record<Reply['status'], z.ZodType>>>;
  /** True for a POST that changes nothing: it needs no token on loopback. */
  readonly isQuestion: boolean;
  readonly run: (request: RouteRequest<never, never>, ground: ApiGround) => Promise<Reply> | Reply;
};

type RouteDraft<Query extends z.ZodType, Body extends z.ZodType | null> = Omit<
  ApiRoute,
  'query' | 'body' | 'run' | 'isQuestion'
> & {
  readonly query: Query;
  readonly body: Body;
  readonly isQuestion?: true;
  readonly run: (
    request: RouteRequest<z.output<Query>, Body extends z.ZodType ? z.output<Body> : null>,
    ground: ApiGround,
  ) => Promise<Reply> | Reply;
};

/** An entry whose `run` gets what its schemas read. */
export function defineRoute<Query extends z.ZodType, Body extends z.ZodType | null>(
  draft: RouteDraft<Query, Body>,
): ApiRoute {
  return { isQuestion: false, ...draft, run: draft.run as ApiRoute['run'] };
}

/** The store's side of a node; 503 before it has one. */
export function healthOf({ health }: AdminNode): NonNullable<AdminNode['health']> {
  if (health === null) throw new RouteProblem(503, 'the node has no store yet');
  return health;
}
