/**
 * The words of a record's RDATA as text, and what is said when they are wrong. Master files, the YAML reader and the command
 * line cut their input into these words; the RDATA fields eat them one by one.
 */

import type { NameFault } from './name.ts';

/**
 * One word. `text` still has its escapes (`\.`, `\DDD`); a quoted word comes without its quotes, a word with a quoted part
 * (`alpn="h2,h3"`) with them.
 */
export type RdataToken = { readonly text: string; readonly quoted: boolean };

/** Why a text is no RDATA: one sentence with the cure, and the index of the word it speaks of (past the end: one is missing). */
export type RdataFault = { readonly message: string; readonly token: number };

/** The words of one record while they are read; `at` is the next one. */
export type TokenCursor = {
  readonly tokens: readonly RdataToken[];
  /** Wire form, appended to relative names; null: there is none. */
  readonly origin: Uint8Array | null;
  at: number;
};

/** Characters of a file that a fault may repeat: enough to find the place, too little to leak a file read by mistake. */
const QUOTED_CHARS_MAX = 40;

/** `text` in double quotes for a fault: cut, and with everything that is not printable ASCII escaped. */
export function quoteForFault(text: string): string {
  const head = text.slice(0, QUOTED_CHARS_MAX);
  const safe = head.replace(/[^\x20-\x7e]/g, (odd) => `\\u{${odd.charCodeAt(0).toString(16)}}`);
  if (safe.length > QUOTED_CHARS_MAX) return `"${safe.slice(0, QUOTED_CHARS_MAX)}..."`;
  return text.length > QUOTED_CHARS_MAX ? `"${safe}..."` : `"${safe}"`;
}

/** What is wrong with the name `text`, and the cure. */
export function describeNameFault(fault: NameFault, text: string): string {
  const name = quoteForFault(text);
  switch (fault) {
    case 'empty-label':
      return text === ''
        ? 'a name must not be empty: write "." for the root'
        : `${name} has an empty label: take out the extra dot`;
    case 'label-too-long':
      return `${name} has a label over 63 octets (RFC 1035 2.3.4): shorten it`;
    case 'name-too-long':
      return `${name} is over 255 octets with its origin (RFC 1035 2.3.4): shorten it, or end it with a dot if it is absolute`;
    case 'bad-escape':
      return `${name} has a bad escape: write \\DDD with three digits up to 255, or \\ and one character`;
  }
}

/** True for a result of an RDATA function that is a fault. */
export function isRdataFault(result: Uint8Array | RdataFault): result is RdataFault {
  return 'message' in result;
}
