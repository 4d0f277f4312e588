/**
 * Internationalised names to and from their ASCII form, strictly by IDNA 2008 (RFC 5891, code points by the rules of RFC 5892 and
 * not by mapping): octoDNS refuses what it forbids, an emoji or `_dmarc.bücher` for instance, and so do we. The rules are
 * computed from the Unicode properties of the runtime instead of being shipped as tables.
 *
 * Read by the octoDNS name and target rules.
 */

import { LABEL_BYTES_MAX } from '../base/limits.ts';
import { decodePunycode, encodePunycode } from './punycode.ts';

/** Why a text is no internationalised name. */
export type IdnaFault = { readonly fault: string };

const ACE_PREFIX = 'xn--';
const DOTS = /[.\u3002\uff0e\uff61]/;
const NAME_CHARS_MAX = 253;

const EXCEPTIONS_VALID = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/u;
const EXCEPTIONS_DISALLOWED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;
const CONTEXT_O = /[\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9]/u;
const CONTEXT_J = /[\u200c\u200d]/u;
const LDH = /[-0-9a-z]/;
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Noncharacter_Code_Point}]/u;
const IGNORABLE_BLOCKS = /[\u20d0-\u20ff\u{1d100}-\u{1d1ff}\u{1d200}-\u{1d24f}]/u;
const OLD_HANGUL_JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;
const LETTER_DIGITS = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;
const VIRAMA =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed]/u;
const RIGHT_TO_LEFT_SCRIPT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}]/u;
const ARABIC_DIGIT = /[\u0660-\u0669]/u;

/**
 * `name` in lower case, with every label in ASCII. A name that is ASCII already is taken as it is, whatever stands in it;
 * one that is not must be valid as a whole, except for a leading `*.`.
 */
export function idnaEncode(name: string): string | IdnaFault {
  const lower = name.toLowerCase();
  if (isAscii(lower)) return lower;
  const wild = lower.startsWith('*');
  const labels = (wild ? lower.slice(2) : lower).split(DOTS);
  if (labels.length === 1 && labels[0] === '') return { fault: 'Empty domain' };
  const absolute = labels.at(-1) === '';
  if (absolute) labels.pop();
  const encoded: string[] = [];
  for (const label of labels) {
    const result = encodeLabel(label);
    if (typeof result !== 'string') return result;
    encoded.push(result);
  }
  const text = encoded.join('.');
  if (text.length > NAME_CHARS_MAX) return { fault: 'Domain too long' };
  return `${wild ? '*.' : ''}${text}${absolute ? '.' : ''}`;
}

/** Why the ASCII name `name` cannot be shown in its own letters, or null. Only names with an `xn--` label are looked at. */
export function idnaDecodeFault(name: string): IdnaFault | null {
  if (!name.includes(ACE_PREFIX)) return null;
  const labels = name.toLowerCase().split('.');
  if (!labels.some((label) => label.startsWith(ACE_PREFIX))) return null;
  if (labels[0]!.startsWith('*')) labels.shift();
  if (labels.at(-1) === '') labels.pop();
  for (const label of labels) {
    const fault = checkAsciiLabel(label);
    if (fault !== null) return fault;
  }
  return null;
}

function encodeLabel(label: string): string | IdnaFault {
  if (isAscii(label)) {
    const fault = checkAsciiLabel(label);
    if (fault !== null) return fault;
    return label.length > LABEL_BYTES_MAX ? { fault: 'Label too long' } : label;
  }
  const fault = checkLabel(label);
  if (fault !== null) return fault;
  const puny = encodePunycode(label);
  if (puny === null || puny.length + ACE_PREFIX.length > LABEL_BYTES_MAX) return { fault: 'Label too long' };
  return ACE_PREFIX + puny;
}

function checkAsciiLabel(label: string): IdnaFault | null {
  if (!label.startsWith(ACE_PREFIX)) return checkLabel(label);
  const puny = label.slice(ACE_PREFIX.length);
  if (puny === '') return { fault: 'Malformed A-label, no Punycode eligible content found' };
  if (puny.endsWith('-')) return { fault: 'A-label must not end with a hyphen' };
  const decoded = decodePunycode(puny);
  return decoded === null ? { fault: 'Invalid A-label' } : checkLabel(decoded);
}

function checkLabel(label: string): IdnaFault | null {
  if (label === '') return { fault: 'Empty Label' };
  if (label.length > NAME_CHARS_MAX) return { fault: 'Label too long' };
  if (label.normalize('NFC') !== label) return { fault: 'Label must be in Normalized Form C' };
  if (label.slice(2, 4) === '--') return { fault: 'Label has disallowed hyphens in 3rd and 4th position' };
  if (label.startsWith('-') || label.endsWith('-')) return { fault: 'Label must not start or end with a hyphen' };
  const chars = Array.from(label);
  if (/\p{M}/u.test(chars[0]!)) return { fault: 'Label begins with an illegal combining character' };
  for (const [at, char] of chars.entries()) {
    if (CONTEXT_J.test(char) || CONTEXT_O.test(char)) {
      if (isValidInContext(chars, at)) continue;
      return { fault: `Codepoint ${codeName(char)} not allowed at position ${at + 1} in '${label}'` };
    }
    if (!isProtocolValid(char)) {
      return { fault: `Codepoint ${codeName(char)} at position ${at + 1} of '${label}' not allowed` };
    }
  }
  return chars.some((char) => isRightToLeft(char) || ARABIC_DIGIT.test(char)) ? checkRightToLeft(chars, label) : null;
}

/** PVALID of RFC 5892 2, in the order of its section 3. */
function isProtocolValid(char: string): boolean {
  if (EXCEPTIONS_VALID.test(char)) return true;
  if (EXCEPTIONS_DISALLOWED.test(char)) return false;
  if (LDH.test(char)) return true;
  if (foldCase(char.normalize('NFKC')).normalize('NFKC') !== char) return false;
  if (IGNORABLE.test(char) || IGNORABLE_BLOCKS.test(char) || OLD_HANGUL_JAMO.test(char)) return false;
  return LETTER_DIGITS.test(char);
}

/** The contextual rules of RFC 5892 appendix A. */
function isValidInContext(chars: readonly string[], at: number): boolean {
  const before = chars[at - 1] ?? '';
  const after = chars[at + 1] ?? '';
  switch (chars[at]) {
    case '\u200c':
    case '\u200d':
      return VIRAMA.test(before);
    case '\u00b7':
      return before === 'l' && after === 'l';
    case '\u0375':
      return /\p{Script=Greek}/u.test(after);
    case '\u05f3':
    case '\u05f4':
      return /\p{Script=Hebrew}/u.test(before);
    case '\u30fb':
      return chars.some(
        (char) => char !== '\u30fb' && /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(char),
      );
    default: {
      const others = chars[at]! < '\u06f0' ? /[\u06f0-\u06f9]/u : /[\u0660-\u0669]/u;
      return !chars.some((char) => others.test(char));
    }
  }
}

/** The part of the Bidi rule (RFC 5893 2) that keeps a label readable: it starts and ends right to left, and mixes no letters. */
function checkRightToLeft(chars: readonly string[], label: string): IdnaFault | null {
  const last = chars.findLast((char) => !/\p{Mn}/u.test(char)) ?? '';
  if (!isRightToLeft(chars[0]!)) {
    return { fault: `First codepoint in label '${label}' must be directionality L, R or AL` };
  }
  if (!isRightToLeft(last) && !/\p{Nd}/u.test(last))
    return { fault: 'Label ends with illegal codepoint directionality' };
  const odd = chars.findIndex((char) => /\p{L}/u.test(char) && !isRightToLeft(char));
  if (odd >= 0) return { fault: `Invalid direction for codepoint at position ${odd + 1} in a right-to-left label` };
  return null;
}

function isRightToLeft(char: string): boolean {
  return RIGHT_TO_LEFT_SCRIPT.test(char) && /\p{L}/u.test(char);
}

/** Full case folding: letters that fold to several (U+1FAB) do so by way of their capitals. */
function foldCase(text: string): string {
  const upper = text.toUpperCase();
  return upper.length > text.length ? upper.toLowerCase() : text.toLowerCase();
}

function codeName(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text);
}
