/**
 * The operator's page as files: what `npm run build` put into `dist/console`, held in memory with each compressed form and its
 * entity tag. Where the page is not built the node says so instead; nothing else of the API depends on it.
 *
 * The page's own policy lets it load and ask nothing but this server. Files under `assets/` carry a digest in their name and never
 * change (RFC 8246); the page itself is asked for again each time and costs a 304 (RFC 9110 15.4.5).
 *
 * Built by `admin-server.ts`, used by `admin-api.ts`.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_BYTES_MAX, CONSOLE_FILES_MAX } from '../base/limits.ts';

/** What a request says of what it wants. */
export type FileRequest = {
  readonly path: string;
  /** Headers as they came; undefined where there was none. */
  readonly acceptEncoding: string | undefined;
  readonly ifNoneMatch: string | undefined;
};

/** What goes out: a file, word that the client has it, or why there is none. */
export type FileAnswer = {
  readonly status: 200 | 304 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string | null;
};

type Encoding = 'br' | 'gzip' | 'identity';

type HeldFile = {
  readonly type: string;
  readonly isHashed: boolean;
  readonly etag: string;
  readonly bodies: ReadonlyMap<Encoding, Uint8Array<ArrayBuffer>>;
};

/** The document of the page, and the note that the build leaves beside it. */
const PAGE = 'index.html';
const STAMP = 'build.json';
const SUFFIXES: ReadonlyArray<readonly [Encoding, string]> = [
  ['br', '.br'],
  ['gzip', '.gz'],
];
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
};
/** Scripts, styles, pictures and requests of this server alone; inside no other page. */
const PAGE_POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const NOT_BUILT =
  'The operator\'s page is not built here. Run "npm run build" once; the API and /metrics answer all the same.\n';

/** Owner of the files in memory. They are read at the first request, and again when the page was built anew. */
export class ConsoleFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, HeldFile> = new Map();
  /** Of the note when the files were read; 0: they are not. */
  #builtAtMs = 0;

  /** Serves `folder`, by default where the build puts the page of this very program. */
  constructor(folder: string = builtFolder()) {
    this.#folder = folder;
  }

  /** The answer to a GET of `request.path`; null where the page has no such file. */
  answer(request: FileRequest): FileAnswer | null {
    const path = request.path === '/' ? PAGE : request.path.slice(1);
    if (path === PAGE) this.#refresh();
    const file = this.#files.get(path);
    if (file === undefined) return path === PAGE ? NO_PAGE : null;
    const encoding = chooseEncoding(request.acceptEncoding, file);
    const etag = `"${file.etag}-${encoding}"`;
    const headers = {
      'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': PAGE_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      etag,
    };
    if (matches(request.ifNoneMatch, etag)) return { status: 304, headers, body: null };
    const coded = encoding === 'identity' ? {} : { 'content-encoding': encoding };
    return {
      status: 200,
      headers: { ...headers, ...coded, 'content-type': file.type },
      body: file.bodies.get(encoding)!,
    };
  }

  /** One look at the note's time each time the page is opened; a build that is gone leaves what is held. */
  #refresh(): void {
    const builtAtMs = statSync(join(this.#folder, STAMP), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (builtAtMs === 0 || builtAtMs === this.#builtAtMs) return;
    this.#files = readFiles(this.#folder);
    this.#builtAtMs = builtAtMs;
  }
}

const NO_PAGE: FileAnswer = {
  status: 503,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: NOT_BUILT,
};

/** Beside the compiled program in a package, in `dist` of a checkout. */
function builtFolder(): string {
  const compiled = join(import.meta.dirname, '..', 'console');
  return existsSync(join(compiled, STAMP)) ? compiled : join(import.meta.dirname, '..', '..', 'dist', 'console');
}

/** Every file of the page by its path. Throws when the folder holds what no build makes: too many files, or too large ones. */
function readFiles(folder: string): Map<string, HeldFile> {
  const files = new Map<string, HeldFile>();
  let octets = 0;
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
    if (type === undefined || path === STAMP) continue;
    const plain = new Uint8Array(readFileSync(join(folder, path)));
    const bodies = new Map<Encoding, Uint8Array<ArrayBuffer>>([['identity', plain]]);
    for (const [encoding, suffix] of SUFFIXES) {
      const coded = join(folder, path + suffix);
      if (existsSync(coded)) bodies.set(encoding, new Uint8Array(readFileSync(coded)));
    }
    octets += plain.length;
    if (files.size >= CONSOLE_FILES_MAX || octets > CONSOLE_BYTES_MAX)
      throw new Error(`${folder} is no page: over ${CONSOLE_FILES_MAX} files or ${CONSOLE_BYTES_MAX} octets`);
    const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
    files.set(path.replaceAll('\\', '/'), { type, isHashed: path.startsWith('assets'), etag, bodies });
  }
  return files;
}

/** The best that the client takes and the build has made (RFC 9110 12.5.3); a weight of 0 is a no. */
function chooseEncoding(accept: string | undefined, file: HeldFile): Encoding {
  const taken = new Map(
    (accept ?? '').split(',').map((part) => {
      const [name = '', weight] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q\s*=\s*/);
      return [name, weight === undefined || Number(weight) > 0];
    }),
  );
  const best = SUFFIXES.find(([encoding]) => taken.get(encoding) === true && file.bodies.has(encoding));
  return best?.[0] ?? 'identity';
}

/** Weak comparison (RFC 9110 13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');
}
