/**
 * The certificate of encrypted transports, from two PEM files that others renew: read whole, tried, and only then in force. A
 * pair that cannot be used, half-written perhaps, leaves the last good one in force and is told. Read by the control thread.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { TLS_EXPIRY_WARNING_DAYS, TLS_FILE_BYTES_MAX } from '../base/limits.ts';
import { reasonOf } from './state-dir.ts';
import type { TlsCertificate } from './tls-terminator.ts';

const DAY_MS = 86_400_000;

/** What a look at the files found: another good pair in force, the same as before, or why the files are not used. */
export type CertificateLook = 'renewed' | 'same' | { readonly fault: string };

/** Owner of the pair in force. */
export class CertificateFiles {
  readonly #certFile: string;
  readonly #keyFile: string;
  #current: TlsCertificate;
  #lastFault: string | null = null;

  /** Reads the files; throws an Error with one line for people when they cannot be used. */
  constructor(certFile: string, keyFile: string) {
    this.#certFile = certFile;
    this.#keyFile = keyFile;
    this.#current = readPair(certFile, keyFile);
  }

  /** The pair in force. */
  get current(): TlsCertificate {
    return this.#current;
  }

  /** When the certificate in force ends, wall clock. */
  get expiresMs(): number {
    return Date.parse(new X509Certificate(this.#current.cert).validTo);
  }

  /** Where the files are, to be watched. */
  get directories(): string[] {
    return [dirname(this.#certFile), dirname(this.#keyFile)];
  }

  /** What the operator should know at `wallMs`: files that are not used, a certificate that has ended or soon will. */
  warnings(wallMs: number): string[] {
    const warnings = this.#lastFault === null ? [] : [this.#lastFault];
    const untilMs = this.expiresMs;
    const days = (untilMs - wallMs) / DAY_MS;
    if (days <= TLS_EXPIRY_WARNING_DAYS) {
      const verb = days <= 0 ? 'ended' : 'ends';
      warnings.push(`the certificate ${this.#certFile} ${verb} at ${new Date(untilMs).toISOString()}: renew it`);
    }
    return warnings;
  }

  /** Reads the files again. The same fault is told once, until it has gone. */
  look(): CertificateLook {
    try {
      const pair = readPair(this.#certFile, this.#keyFile);
      this.#lastFault = null;
      if (pair.cert === this.#current.cert && pair.key === this.#current.key) return 'same';
      this.#current = pair;
      return 'renewed';
    } catch (error) {
      const fault = `the certificate before stays in force: ${reasonOf(error)}`;
      if (fault === this.#lastFault) return 'same';
      this.#lastFault = fault;
      return { fault };
    }
  }
}

function readPair(certFile: string, keyFile: string): TlsCertificate {
  const pair = { cert: readPem(certFile), key: readPem(keyFile) };
  try {
    // Node takes an empty key for none and would say so to clients only.
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) throw new Error('keys differ');
    createSecureContext(pair);
  } catch (error) {
    // OpenSSL's words for a key of another certificate name neither file.
    throw new Error(`${certFile} and ${keyFile} are no certificate with its key, both PEM (${reasonOf(error)})`);
  }
  return pair;
}

function readPem(file: string): string {
  const { size } = statSync(file);
  if (size > TLS_FILE_BYTES_MAX) throw new Error(`${file} is longer than TLS_FILE_BYTES_MAX (${TLS_FILE_BYTES_MAX})`);
  return readFileSync(file, 'utf8');
}
