/**
 * What HTTP asks of DNS (RFC 8484 4.1): the query in the path of a GET or the body of a POST, or the status that says why
 * there is none. Functions of text; `doh-connection.ts` has the sockets.
 */

import { MESSAGE_BYTES_MAX } from '../base/limits.ts';

/** Where queries are sent to (RFC 8484's example, and every client's default). */
export const DOH_PATH = '/dns-query';
/** RFC 8484 6. */
export const DNS_MESSAGE = 'application/dns-message';

/** Octets of the query, `body` when they are to come as the request's body, or the status of a refusal. */
export type DohRequest =
  | { readonly kind: 'query'; readonly query: Uint8Array }
  | { readonly kind: 'body' }
  | { readonly kind: 'refused'; readonly status: number };

/** Judges the head of a request. `contentLength` and `contentType` as in the headers, undefined where there are none. */
export function readDohHead(
  method: string,
  target: string,
  contentType: string | undefined,
  contentLength: string | undefined,
): DohRequest {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (path !== DOH_PATH) return refused(404);
  if (method === 'GET') return readGet(mark < 0 ? '' : target.slice(mark));
  if (method !== 'POST') return refused(405);
  // Parameters of the type mean nothing here (RFC 8484 6 registers none).
  if (!/^\s*application\/dns-message\s*(;|$)/i.test(contentType ?? '')) return refused(415);
  return contentLength !== undefined && Number(contentLength) > MESSAGE_BYTES_MAX ? refused(413) : { kind: 'body' };
}

/** Base64url without padding (RFC 8484 6); the first `dns` counts, other parameters mean nothing. `search` begins with its `?`. */
function readGet(search: string): DohRequest {
  const dns = new URLSearchParams(search).get('dns');
  if (dns === null || dns === '' || !/^[\w-]+$/.test(dns) || dns.length % 4 === 1) return refused(400);
  const query = Buffer.from(dns, 'base64url');
  return query.length > MESSAGE_BYTES_MAX ? refused(413) : { kind: 'query', query };
}

function refused(status: number): DohRequest {
  return { kind: 'refused', status };
}
