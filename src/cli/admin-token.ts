/**
 * The bearer token of the admin API: from the environment or a file, since an argument shows in every process list. Where none is
 * configured the node makes one and keeps it in its state directory, readable by its own user alone.
 */

import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno, reasonOf } from '../server/state-dir.ts';
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

/** A token without a configured one, and what the log should say of it. */
export type KeptToken = { readonly token: string; readonly news: string; readonly isKept: boolean };

/**
 * The token in the file `admin-token` of `stateDir`, which is made when there is none. Where it cannot be kept nobody can know it, and
 * nobody changes anything. Throws a usage failure when the file holds something else.
 */
export function keepAdminToken(stateDir: string): KeptToken {
  const file = join(stateDir, 'admin-token');
  const news = `changes by the admin API need the token in ${file}`;
  try {
    return { token: checked(readKept(file) ?? makeKept(stateDir, file), file), news, isKept: true };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
    const cure = `set ${environmentName('admin-token')} or --admin-token-file`;
    const trouble = `the admin API refuses changes: a token cannot be kept in ${file} (${reasonOf(error)}); ${cure}`;
    return { token: newToken(), news: trouble, isKept: false };
  }
}

function readKept(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Appears whole or not at all, and once, if two processes make it at a time. */
function makeKept(stateDir: string, file: string): string {
  mkdirSync(stateDir, { recursive: true, mode: 0o750 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${newToken()}\n`, { mode: 0o600 });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function newToken(): string {
  return randomBytes(24).toString('hex');
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
