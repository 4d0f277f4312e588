/** The certificates of `test/vectors/tls`, by what they are there for. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../vectors/tls');

/** Paths of the PEM files. */
export const TLS_FILES = {
  authority: join(FOLDER, 'authority.pem'),
  /** For www.example.com and 127.0.0.1, by the authority. */
  cert: join(FOLDER, 'server.pem'),
  /** The same names by nobody. */
  otherCert: join(FOLDER, 'self-signed.pem'),
  expiredCert: join(FOLDER, 'expired.pem'),
  /** Of all of them. */
  key: join(FOLDER, 'server.key'),
} as const;

/** Text of the file at `path`. */
export function pem(path: string): string {
  return readFileSync(path, 'utf8');
}
