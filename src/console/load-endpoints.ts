/** Every endpoint of the node, over as many requests as the node wants. */

import type { EndpointAnswer, EndpointsAnswer } from './api-answers.ts';
import type { ApiClient } from './api-client.ts';

/** Endpoints that the page holds; beyond them it says that there are more. */
const ENDPOINTS_MAX = 10_000;

/** Endpoints in the order of the zones; `total` counts those beyond the limit too. */
export type AllEndpoints = { readonly total: number; readonly endpoints: readonly EndpointAnswer[] };

/** Throws as the client does. */
export async function loadEndpoints(client: Pick<ApiClient, 'get'>, signal: AbortSignal): Promise<AllEndpoints> {
  const endpoints: EndpointAnswer[] = [];
  let total = 0;
  do {
    const part = await client.get<EndpointsAnswer>(`endpoints?offset=${endpoints.length}`, signal);
    total = part.total;
    if (part.endpoints.length === 0) break;
    endpoints.push(...part.endpoints);
  } while (endpoints.length < Math.min(total, ENDPOINTS_MAX));
  return { total, endpoints };
}
