/**
 * TXT and SPF by octoDNS's rules: `;` is written `\;`, a value in double quotes may come in pieces (`"one" "two"`), other
 * backslashes are just backslashes, and the whole is cut into character strings of 255 octets (RFC 1035 3.3.14).
 */

import { kill, type RecordScope, tell } from './record-scope.ts';
import { isNullNode, pythonText, textOf, type YamlNode } from './yaml-node.ts';

const UNESCAPED = /[\p{L}\p{N}_];/u;
const CHUNK_BYTES_MAX = 255;

/** Checks the values of a TXT record; `escaped` says whether the file writes `;` as `\;`. */
export function checkTexts(scope: RecordScope, nodes: readonly YamlNode[], escaped: boolean): void {
  if (nodes.length === 0) tell(scope, 'values-missing', 'missing value(s)');
  for (const node of nodes) {
    if (isNullNode(node)) kill(scope, 'values-missing', 'missing value(s)', node);
    else checkChunk(scope, node, escaped);
  }
}

/** Checks one text, of a TXT record or an ALPN name. */
export function checkChunk(scope: RecordScope, node: YamlNode, escaped = true): void {
  const written = textOf(node);
  if (written === null) {
    kill(scope, 'text-not-text', `${pythonText(node)} is not a text: quote it`, node);
    return;
  }
  const text = escaped ? written : escapeSemicolons(written);
  const shown = text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text;
  if (UNESCAPED.test(text)) tell(scope, 'text-unescaped-semicolon', `unescaped ; in "${shown}"`, node);
  if (text.includes('\\\\;')) tell(scope, 'text-double-escape', `double escaped ; in "${shown}"`, node);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (!/^[\x00-\x7f]*$/.test(text)) tell(scope, 'text-not-ascii', `non ASCII character in "${shown}"`, node);
}

/** The RDATA of one checked text; never null, an empty text is one empty string. */
export function textRdata(node: YamlNode, escaped: boolean): Uint8Array {
  let text = textOf(node) ?? '';
  if (!escaped) text = escapeSemicolons(text);
  if (text.startsWith('"')) text = text.slice(1, -1);
  text = text.replaceAll('" "', '').replaceAll('\\;', ';');
  const octets = new TextEncoder().encode(text);
  const chunks = Math.max(1, Math.ceil(octets.length / CHUNK_BYTES_MAX));
  const rdata = new Uint8Array(octets.length + chunks);
  for (let i = 0, at = 0; i < chunks; i++) {
    const chunk = octets.subarray(i * CHUNK_BYTES_MAX, (i + 1) * CHUNK_BYTES_MAX);
    rdata[at++] = chunk.length;
    rdata.set(chunk, at);
    at += chunk.length;
  }
  return rdata;
}

function escapeSemicolons(text: string): string {
  return text.replaceAll(';', '\\;');
}
