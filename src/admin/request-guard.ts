/**
 * Who may ask the admin API what. A page in a browser on the same machine can reach a loopback port too: by a name that it makes
 * resolve to 127.0.0.1 (DNS rebinding), or by posting blindly (CSRF). The Host, Origin and Sec-Fetch-Site headers tell.
 *
 *   bound to loopback     Host must be a loopback address or localhost; reading needs no token
 *   changes, and for other machines everything but health: the bearer token; without one configured or kept, nobody
 *
 * Used by `admin-api.ts` before every route.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { ADMIN_BODY_BYTES_MAX } from '../base/limits.ts';
import { isLoopback } from './loopback.ts';

/** What is known of a request before its route runs. */
export type GuardedRequest = {
  readonly method: string;
  /** A POST that changes nothing. */
  readonly isQuestion: boolean;
  /** Anybody may read it, from anywhere: health for orchestrators, metrics of an agent. */
  readonly isOpen: boolean;
  /** A file of the operator's page: it holds nothing of the node, and is reached by links from anywhere too. */
  readonly isPage: boolean;
  readonly header: (name: string) => string | undefined;
  /** Address of the other end of the connection, as the socket says it. */
  readonly remoteAddress: string | undefined;
};

export type GuardPolicy = {
  /** The API listens on loopback only. */
  readonly loopbackOnly: boolean;
  /** Null: there is none, and nothing is changed. */
  readonly token: string | null;
};

/** Why a request is refused. */
export type Refusal = { readonly status: 400 | 401 | 403 | 413 | 421; readonly message: string };

/** Null when `request` may pass. */
export function guardRequest(request: GuardedRequest, policy: GuardPolicy): Refusal | null {
  const length = Number(request.header('content-length') ?? 0);
  if (length > ADMIN_BODY_BYTES_MAX || request.header('transfer-encoding') !== undefined) {
    return {
      status: 413,
      message: `a body has at most ${ADMIN_BODY_BYTES_MAX} octets (ADMIN_BODY_BYTES_MAX), and says how many`,
    };
  }
  const host = request.header('host') ?? '';
  if (policy.loopbackOnly && !isLoopbackHost(host)) {
    return {
      status: 421,
      message: 'this API listens on loopback and answers only to a loopback address or localhost in the Host header',
    };
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD' || request.isQuestion;
  if (isRead && request.isPage) return null;
  const isLocal = isLoopbackHost(host) && isLoopback(request.remoteAddress ?? '');
  if (isRead && (policy.loopbackOnly || isLocal || request.isOpen)) return guardOrigin(request, host);
  return guardChange(request, host, policy.token);
}

/** Pages of other origins get nothing, and cannot ask the planner to work. */
function guardOrigin(request: GuardedRequest, host: string): Refusal | null {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  if (
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && hostOf(origin) !== host)
  ) {
    return { status: 403, message: 'requests from pages of other origins are refused' };
  }
  return null;
}

/** A request that changes something, or comes from who knows where. */
function guardChange(request: GuardedRequest, host: string, token: string | null): Refusal | null {
  const refusal = guardOrigin(request, host);
  if (refusal !== null) return refusal;
  if (token === null) {
    return {
      status: 403,
      message: 'this needs a token, and the node has none: set MERIDIAN_ADMIN_TOKEN or --admin-token-file',
    };
  }
  if (isBearer(request.header('authorization'), token)) return null;
  return {
    status: 401,
    message:
      'this needs the header "Authorization: Bearer TOKEN" with the token of the node (MERIDIAN_ADMIN_TOKEN, --admin-token-file, else the file admin-token in its state directory)',
  };
}

/** Compared by digest, so that neither content nor length shows in the time it takes. */
function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
