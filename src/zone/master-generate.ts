/**
 * `$GENERATE first-last[/step] owner [TTL] [class] type RDATA`: BIND's loop over numbers. `$` is the number, `${offset,width,base}`
 * the number moved, padded with zeros and in base d, o, x, X, n or N (nibbles, lowest first, with dots, as ip6.arpa has them);
 * `$$` and `\$` are a dollar sign. RDATA that is one quoted word is a text of RDATA: quotes in it are written `\"`.
 */

import { GENERATE_RECORDS_MAX, GENERATE_TEMPLATE_CHARS_MAX, GENERATE_TOTAL_MAX } from '../base/limits.ts';
import { quoteForFault, type RdataToken } from '../wire/rdata-token.ts';
import { MasterLexer } from './master-lexer.ts';
import { putRecord, readHeader, readOwnerText } from './master-record.ts';
import { faultAtWord, type MasterFile, type MasterZone } from './master-state.ts';

/** Digits of a number: enough for any label, and a bound on what one template makes. */
const WIDTH_MAX = 64;
const NUMBER_MAX = 0x7fffffff;

/** A template cut at its dollars: texts as they are, and numbers to fill in. */
type Part = string | { readonly offset: number; readonly width: number; readonly base: string };

/** Runs the `$GENERATE` in the current entry of `file`; false after a fault. */
export function generateRecords(zone: MasterZone, file: MasterFile): boolean {
  const { lexer } = file;
  const range = readRange(zone, file);
  if (range === null) return false;
  const header = readHeader(zone, file, 3);
  if (header === null) return false;
  const ownerParts = parseTemplate(lexer.word(2));
  const templates: { parts: Part[]; quoted: boolean }[] = [];
  let chars = lexer.word(2).length;
  const words = readWords(lexer, header.next);
  if (words === null)
    return refuse(zone, file, header.next, 'the quoted text is no RDATA: close its quotes and brackets');
  for (const { text, quoted } of words) {
    chars += text.length;
    const parts = parseTemplate(text);
    if (parts !== null) templates.push({ parts, quoted });
    else return refuse(zone, file, header.next, `write a number as $ or \${offset,width,base}, a dollar sign as $$`);
  }
  if (ownerParts === null) return refuse(zone, file, 2, `write a number as $ or \${offset,width,base}`);
  if (chars > GENERATE_TEMPLATE_CHARS_MAX) {
    return refuse(
      zone,
      file,
      2,
      `its templates are over ${GENERATE_TEMPLATE_CHARS_MAX} characters (GENERATE_TEMPLATE_CHARS_MAX)`,
    );
  }
  for (let number = range.first; number <= range.last && !zone.isFull; number += range.step) {
    const ownerText = fillTemplate(ownerParts, number);
    const tokens: RdataToken[] = [];
    for (const { parts, quoted } of templates) {
      const text = fillTemplate(parts, number);
      if (text !== null) tokens.push({ text, quoted });
    }
    if (ownerText === null || tokens.length < templates.length) {
      return refuse(zone, file, 1, 'an offset takes its number beyond 2147483647, or below 0 where nibbles are wanted');
    }
    const owner = readOwnerText(zone, file, 2, ownerText);
    // One bad record stands for all: the next numbers would only say the same.
    if (owner === null || !putRecord(zone, file, header, owner, tokens)) return false;
    file.owner = owner;
  }
  return true;
}

function refuse(zone: MasterZone, file: MasterFile, word: number, message: string): false {
  faultAtWord(zone, file, word, 'error', 'generate-invalid', `$GENERATE: ${message}`);
  return false;
}

function readRange(zone: MasterZone, file: MasterFile): { first: number; last: number; step: number } | null {
  const { lexer } = file;
  const text = lexer.count > 1 ? lexer.word(1) : '';
  const match = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(text);
  if (match === null || lexer.count < 3) {
    refuse(zone, file, 1, `write first-last[/step] owner type data, not ${quoteForFault(text)}`);
    return null;
  }
  const [first, last, step] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  if (first > last || step < 1 || last > NUMBER_MAX) {
    refuse(zone, file, 1, 'first must not be over last, last not over 2147483647, step at least 1');
    return null;
  }
  const count = Math.floor((last - first) / step) + 1;
  if (count > GENERATE_RECORDS_MAX) {
    refuse(zone, file, 1, `${count} records are over ${GENERATE_RECORDS_MAX} (GENERATE_RECORDS_MAX): split it`);
    return null;
  }
  zone.recordsGenerated += count;
  if (zone.recordsGenerated > GENERATE_TOTAL_MAX) {
    refuse(zone, file, 1, `the zone generates over ${GENERATE_TOTAL_MAX} records (GENERATE_TOTAL_MAX): split it`);
    return null;
  }
  return { first, last, step };
}

/** The words of RDATA from word `from` of the entry on; null: the one quoted word there cannot be taken apart. */
function readWords(lexer: MasterLexer, from: number): RdataToken[] | null {
  const wordsOf = (each: MasterLexer, first: number): RdataToken[] =>
    Array.from({ length: Math.max(0, each.count - first) }, (_, i) => ({
      text: each.word(first + i),
      quoted: each.quoted[first + i] === 1,
    }));
  if (lexer.count - from !== 1 || lexer.quoted[from] !== 1) return wordsOf(lexer, from);
  const inner = new MasterLexer(lexer.word(from).replaceAll('\\"', '"'));
  if (!inner.next()) return [];
  const words = wordsOf(inner, 0);
  return inner.fault !== null || inner.next() ? null : words;
}

/** `text` cut at its numbers, or null if one is malformed. */
function parseTemplate(text: string): Part[] | null {
  const parts: Part[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const next = text[i + 1];
    if (char === '\\' && next !== undefined) {
      plain += char + next;
      i++;
    } else if (char !== '$') {
      plain += char;
    } else if (next === '$') {
      plain += char;
      i++;
    } else {
      parts.push(plain);
      plain = '';
      if (next !== '{') {
        parts.push({ offset: 0, width: 0, base: 'd' });
        continue;
      }
      const match = /^\{([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}/.exec(text.slice(i + 1, i + 24));
      const width = Number(match?.[2] ?? 0);
      if (match === null || width > WIDTH_MAX) return null;
      parts.push({ offset: Number(match[1]), width, base: match[3] ?? 'd' });
      i += match[0].length;
    }
  }
  parts.push(plain);
  return parts;
}

/** The template with `number` filled in, or null if a number leaves 32 bits or, in nibbles, is negative. */
function fillTemplate(parts: readonly Part[], number: number): string | null {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = number + part.offset;
    if (Math.abs(value) > NUMBER_MAX || (value < 0 && /n/i.test(part.base))) return null;
    text += formatNumber(value, part.width, part.base);
  }
  return text;
}

/** As C prints 32 bits: negative numbers by their sign in base d, as two's complement in the others. */
function formatNumber(value: number, width: number, base: string): string {
  switch (base) {
    case 'o':
      return (value >>> 0).toString(8).padStart(width, '0');
    case 'x':
      return (value >>> 0).toString(16).padStart(width, '0');
    case 'X':
      return (value >>> 0).toString(16).toUpperCase().padStart(width, '0');
    case 'n':
    case 'N': {
      // Width counts the dots too, so that an even one ends in a dot, as BIND's does.
      const nibbles = [...value.toString(16).padStart(Math.ceil(width / 2), '0')].reverse().join('.');
      const text = nibbles.padEnd(width, '.');
      return base === 'n' ? text : text.toUpperCase();
    }
    default:
      return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
  }
}
