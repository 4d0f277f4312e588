/**
 * Requests to the node that served the page, and to nobody else. The token lives in this object and nowhere else: not in a cookie,
 * not in the browser's storage, so that closing the page forgets it.
 */

/** The node refused, or nobody answered: `status` 0. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** What the node said besides, as it came. */
  readonly body: unknown;

  constructor(status: number, message: string, body: unknown = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Longest that an answer may take; a what-if over full city data needs some seconds. */
const ANSWER_MS_MAX = 20_000;
/** How often, and after what time, a node that is busy is asked again. */
const BUSY_TRIES = 4;
const BUSY_MS = 1_000;

/** Owner of the token. */
export class ApiClient {
  #token: string | null = null;
  readonly #fetch: typeof fetch;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#fetch = fetcher;
  }

  get hasToken(): boolean {
    return this.#token !== null;
  }

  /** Kept until the page is closed, or the node does not take it. */
  useToken(token: string): void {
    this.#token = token.trim() === '' ? null : token.trim();
  }

  /** The JSON at `path` below `/api/v1/`. Throws {@link ApiError}. */
  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#ask<T>('GET', path, undefined, signal);
  }

  /** Throws {@link ApiError}. */
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.#ask<T>('POST', path, body, signal);
  }

  /** Throws {@link ApiError}. */
  remove<T>(path: string): Promise<T> {
    return this.#ask<T>('DELETE', path, undefined);
  }

  /** A stream of events, from the one after `lastId` on, as the stream named it. Throws {@link ApiError}. */
  async open(path: string, signal: AbortSignal, lastId: string | null): Promise<ReadableStream<Uint8Array>> {
    const after = lastId === null ? {} : { 'last-event-id': lastId };
    const response = await this.#send('GET', path, undefined, signal, { accept: 'text/event-stream', ...after });
    if (!response.ok || response.body === null) throw await failureOf(response);
    return response.body;
  }

  async #ask<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#askOnce<T>(method, path, body, signal);
      } catch (error) {
        // The node plans for one at a time, and turned this away before it did anything.
        if (!(error instanceof ApiError) || error.status !== 429 || tries === BUSY_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
      }
    }
  }

  async #askOnce<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const limit = AbortSignal.timeout(ANSWER_MS_MAX);
    const response = await this.#send(
      method,
      path,
      body,
      signal === undefined ? limit : AbortSignal.any([signal, limit]),
    );
    if (!response.ok) {
      if (response.status === 401) this.#token = null;
      throw await failureOf(response);
    }
    return (await response.json()) as T;
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
    special: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...special };
    if (this.#token !== null) headers.authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const text = body === undefined ? null : JSON.stringify(body);
    try {
      return await this.#fetch(`/api/v1/${path}`, { method, headers, body: text, signal, cache: 'no-store' });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0, 'the node does not answer');
    }
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const told = (body as { readonly error?: unknown } | null)?.error;
  return new ApiError(response.status, typeof told === 'string' ? told : `the node answered ${response.status}`, body);
}
