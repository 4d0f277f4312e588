/**
 * YAML syntax: the one file of the zone reader that calls the YAML library. It uses it for syntax only (its failsafe schema) and refuses
 * what PyYAML's scanner refuses beyond it; what nodes mean is `yaml-document.ts`.
 *
 * The library's tree of a text takes a hundred times its octets, and moving those through V8's heap costs more than reading them: a large
 * file is read in pieces (`yaml-pieces.ts`), and what the library made of each dies young.
 */

import { type Alias, Lexer, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { yamlErrorText } from './yaml-error.ts';

/** A node of the library; its range counts from the start of the text that was parsed. */
export type ParsedNode = (Scalar | YAMLMap | YAMLSeq | Alias) & { tag?: string; anchor?: string };

/** Why a text is not YAML, and at which character; `code` tells it without a word of the text. */
export type SyntaxFault = { readonly message: string; readonly code: string; readonly at: number };

/** What the library tells, token after token, of nesting that was too deep for the stack. */
const STACK_OVERFLOW = /call stack|stack overflow/i;
const SCALAR_MARK = '\u001f';
const LEXER_MARKS = ['\u0002', '\u0018', SCALAR_MARK];

/** The root of the only document in `text`, null for an empty one, and all that the library finds wrong. */
export function parseYaml(text: string): { root: ParsedNode | null; faults: SyntaxFault[] } {
  const { errors, contents } = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false, // quadratic otherwise, and octoDNS takes the last
    prettyErrors: false,
    logLevel: 'error', // 'silent' would also hush a second document
  });
  if (errors.some(({ message }) => STACK_OVERFLOW.test(message)))
    return { root: null, faults: [{ message: 'it is nested too deeply to be read', code: 'TOO_DEEP', at: 0 }] };
  const faults = errors.map(({ message, code, pos }) => ({
    message: yamlErrorText(message),
    code,
    at: Math.min(pos[0], text.length),
  }));
  return { root: (contents as unknown as ParsedNode | null) ?? null, faults };
}

/** The first thing in `text` that PyYAML refuses and the library does not: another version of YAML than 1.x, or a token. */
export function findRefused(text: string): SyntaxFault | null {
  const version = /^%YAML[ \t]+(?!1\.)/m.exec(text);
  if (version !== null && !/^---/m.test(text.slice(0, version.index))) {
    const message = 'found incompatible YAML document (version 1.* is required)';
    return { message, code: 'VERSION', at: version.index };
  }
  const isSuspect = text.includes('\t') || (text.includes('?') && (text.includes('[') || text.includes('{')));
  return isSuspect ? findRefusedToken(text) : null;
}

/**
 * A tab between tokens or in a plain scalar (quotes, block scalars and comments may hold one), and a question mark in a plain scalar
 * inside brackets.
 */
function findRefusedToken(text: string): SyntaxFault | null {
  let at = 0;
  let flow = 0;
  let isBlock = false;
  let isPlain = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (LEXER_MARKS.includes(lexeme)) {
      // The lexer's own marks are not in the text; this one stands before the content of a plain or block scalar.
      isPlain = lexeme === SCALAR_MARK && !isBlock;
      isBlock = false;
      continue;
    }
    const tab = lexeme.indexOf('\t');
    const question = isPlain && flow > 0 ? lexeme.indexOf('?') : -1;
    const odd = tab >= 0 && (isPlain || /^[ \t]+$/.test(lexeme)) ? tab : question;
    if (odd >= 0) {
      const message =
        odd === tab ? "found character '\\t' that cannot start any token" : 'found "?" inside brackets: quote the text';
      return { message, code: 'TOKEN', at: at + odd };
    }
    if (!isPlain && (lexeme === '[' || lexeme === '{')) flow++;
    if (!isPlain && (lexeme === ']' || lexeme === '}')) flow--;
    isPlain = false;
    if (/^[|>]/.test(lexeme)) isBlock = true;
    at += lexeme.length;
  }
  return null;
}

/** True for a mapping, false for a list. */
export function isParsedMap(node: YAMLMap | YAMLSeq): node is YAMLMap {
  return 'has' in node && !Array.isArray(node) && node.constructor.name === 'YAMLMap';
}
