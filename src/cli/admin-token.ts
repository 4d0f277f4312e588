/** The bearer token of the admin API: from the environment or a file, since an argument shows in every process list. */

import { readFileSync } from 'node:fs';
import { usageFailure } from './command-failure.ts';
import { environmentName, type Settings } from './settings.ts';

/** Shorter tokens can be guessed over a network. */
const TOKEN_CHARS_MIN = 16;

/** The token (surrounding white space apart), or null where none is set. Throws a usage failure, which never shows it. */
export function readAdminToken(settings: Settings): string | null {
  const file = settings['admin-token-file'];
  const text = settings['admin-token'];
  if (text === undefined) return file === undefined ? null : checked(readToken(file), file);
  const variable = environmentName('admin-token');
  if (file !== undefined) throw usageFailure(`${variable} and --admin-token-file are two tokens; set one of them`);
  return checked(text, variable);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(
      `cannot read --admin-token-file ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
    );
  }
}

function checked(text: string, where: string): string {
  const token = text.trim();
  if (token.length < TOKEN_CHARS_MIN || /[^\x21-\x7e]/.test(token)) {
    throw usageFailure(
      `the token in ${where} must be at least ${TOKEN_CHARS_MIN} printable characters without spaces, e.g. from "openssl rand -hex 24"`,
    );
  }
  return token;
}
