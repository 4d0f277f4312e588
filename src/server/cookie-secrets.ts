/**
 * The secrets of server cookies: from a file that all nodes of an address share, read again while the node runs, or random for as
 * long as the process lives. What the file holds is never told, not even in a fault.
 *
 *   # a line of 32 hexadecimal digits, e.g. from "openssl rand -hex 16"
 *   0123456789abcdef0123456789abcdef    makes cookies
 *   fedcba9876543210fedcba9876543210    is believed too, while secrets roll over (RFC 9018 5)
 */

import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { COOKIE_SECRETS_MAX, type LivePolicy, setCookieSecrets } from '../answer/live-policy.ts';
import { COOKIE_SECRET_FILE_BYTES_MAX } from '../base/limits.ts';
import { SIP_KEY_BYTES } from '../base/sip-hash.ts';
import { StartError } from './start-error.ts';

/** Owner of the secrets in `live`. */
export class CookieSecrets {
  readonly #file: string | null;
  readonly #live: LivePolicy;
  readonly #log: Logger;
  /** What was read last, good or not: a fault is told once. */
  #text: string | null = null;

  /** `file` null: random secrets. */
  constructor(file: string | null, live: LivePolicy, log: Logger) {
    this.#file = file;
    this.#live = live;
    this.#log = log;
  }

  /** Where a change of the file shows. */
  get directories(): readonly string[] {
    return this.#file === null ? [] : [dirname(this.#file)];
  }

  /** Puts the first secrets in force; throws {@link StartError} if the file has none. */
  start(): void {
    if (this.#file === null) {
      setCookieSecrets(this.#live, [randomBytes(SIP_KEY_BYTES)]);
      return;
    }
    const fault = this.#read(this.#file);
    if (fault !== null) throw new StartError(fault);
  }

  /** Looks at the file again; what was in force stays so while it is broken. */
  look(): void {
    if (this.#file === null) return;
    const before = this.#text;
    const fault = this.#read(this.#file);
    if (this.#text === before) return;
    if (fault === null) this.#log.info({ event: 'cookie-secrets' }, 'cookie secrets read again');
    else this.#log.error({ event: 'cookie-secrets' }, `${fault}; the secrets read before stay in force`);
  }

  /** Takes over what the file holds if that has changed; returns its fault, or null. */
  #read(file: string): string | null {
    const content = readContent(file);
    const text = typeof content === 'string' ? content : content.fault;
    if (text === this.#text) return null;
    this.#text = text;
    const secrets = typeof content === 'string' ? parseCookieSecrets(content) : content.fault;
    if (typeof secrets === 'string') return `the cookie secret file ${file} ${secrets}`;
    setCookieSecrets(this.#live, secrets);
    return null;
  }
}

/** The secrets in `text`; else what is wrong with it, without its content. */
function parseCookieSecrets(text: string): Uint8Array[] | string {
  const secrets: Uint8Array[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const word = line.replace(/#.*$/, '').trim();
    if (word === '') continue;
    if (!/^[0-9a-f]{32}$/i.test(word))
      return `must have 32 hexadecimal digits in line ${i + 1} ("openssl rand -hex 16")`;
    secrets.push(Uint8Array.from(Buffer.from(word, 'hex')));
  }
  if (secrets.length === 0) return 'holds no secret';
  return secrets.length > COOKIE_SECRETS_MAX ? `holds more than ${COOKIE_SECRETS_MAX} secrets` : secrets;
}

function readContent(file: string): string | { readonly fault: string } {
  try {
    const stat = statSync(file);
    // A pipe would be waited for.
    if (!stat.isFile()) return { fault: 'is no file' };
    if (stat.size > COOKIE_SECRET_FILE_BYTES_MAX) {
      return { fault: `is longer than ${COOKIE_SECRET_FILE_BYTES_MAX} octets (COOKIE_SECRET_FILE_BYTES_MAX)` };
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    return { fault: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})` };
  }
}
