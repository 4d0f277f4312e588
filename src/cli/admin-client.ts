/** Asks a node's HTTP API for JSON. Used by `status` and `explain`. */

import type { ListenAddress } from '../server/serve-options.ts';
import { workFailure } from './command-failure.ts';
import { formatSocketAddress } from './socket-address.ts';

const TIMEOUT_MS = 5_000;

/** `http://127.0.0.1:9153` of the API at `admin`; a wildcard address is asked on loopback. */
export function adminUrl(admin: ListenAddress): string {
  const anyAddress: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return `http://${formatSocketAddress({ address: anyAddress[admin.address] ?? admin.address, port: admin.port })}`;
}

/** The JSON at `path` of the API. Throws a work failure that says what to do. */
export async function fetchAdmin<T>(admin: ListenAddress, path: string): Promise<T> {
  const url = adminUrl(admin);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    body = await response.json();
  } catch (error) {
    throw workFailure(
      `no node answers at ${url} (${reasonOf(error)}): start one, or name its API with --admin ADDR:PORT`,
    );
  }
  if (response.ok) return body as T;
  const message = (body as { error?: unknown } | null)?.error;
  throw workFailure(`${url} says ${response.status}${typeof message === 'string' ? `: ${message}` : ''}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS} ms`;
  const cause = (error as { cause?: { code?: string } }).cause;
  if (cause?.code === 'ECONNREFUSED') return 'connection refused';
  return cause?.code ?? (error instanceof SyntaxError ? 'not JSON' : 'failed');
}
