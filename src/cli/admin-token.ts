/** The bearer token of the admin API: from a file only, since an argument shows in every process list. */

import { readFileSync } from 'node:fs';
import { usageFailure } from './command-failure.ts';

/** Shorter tokens can be guessed over a network. */
const TOKEN_CHARS_MIN = 16;

/** The token in `file` (surrounding white space apart), or null without a file. */
export function readAdminToken(file: string | undefined): string | null {
  if (file === undefined) return null;
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usageFailure(
      `cannot read --admin-token-file ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
    );
  }
  if (token.length < TOKEN_CHARS_MIN || /[^\x21-\x7e]/.test(token)) {
    throw usageFailure(
      `the token in ${file} must be at least ${TOKEN_CHARS_MIN} printable characters without spaces, e.g. from "openssl rand -hex 24"`,
    );
  }
  return token;
}
