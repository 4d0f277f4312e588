/**
 * Names as octoDNS checks them: the owner of a record and the names it points to (octoDNS's own rules, the `fqdn` package's
 * pattern, IDNA 2008). What octoDNS lets pass although no server could serve it, a template or an address as a target, is
 * accepted here as well and left out of the zone with a warning.
 */

import { parseIpAddress } from '../base/ip-address.ts';
import { LABEL_BYTES_MAX } from '../base/limits.ts';
import { nameFromText } from '../wire/name.ts';
import { idnaDecodeFault, idnaEncode } from './idna.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { isNullNode, isTruthyNode, pythonText, textOf, type YamlNode } from './yaml-node.ts';

/** octoDNS counts the final dot, so 252 characters before it. */
const FQDN_CHARS_MAX = 253;
/** The `fqdn` package's pattern with underscores; Python's `$` also matches before a final newline. */
const FQDN = /^(?:(?!-)[-_a-z\d]{1,63}(?<!-)\.)*(?!-)[-_a-z\d]{1,63}(?<!-)\.?\n?$/;
/** Types whose target may be the root: "no such service". */
const ROOT_TARGET_TYPES = new Set(['HTTPS', 'MX', 'SVCB', 'SRV']);

/** The owner's name in ASCII, and why it is none; text as octoDNS would go on with. */
export function encodeOwner(key: string): { name: string; fault: string | null } {
  const encoded = idnaEncode(key);
  if (typeof encoded !== 'string') return { name: key, fault: encoded.fault };
  const decodeFault = idnaDecodeFault(encoded);
  return { name: encoded, fault: decodeFault?.fault ?? null };
}

/** The rules about a record's name; `origin` is the zone with its final dot. */
export function checkOwner(scope: RecordScope, origin: string, idnaFault: string | null): void {
  const { name } = scope;
  if (idnaFault !== null) kill(scope, 'name-idna', idnaFault);
  if (name.includes(' ') || name.includes('\t')) {
    tell(scope, 'name-whitespace', 'invalid record, whitespace is not allowed');
  }
  if (name === '@') tell(scope, 'name-at', 'invalid name "@", use "" instead');
  const fqdn = name === '' ? origin : `${name}.${origin}`;
  if (fqdn.length > FQDN_CHARS_MAX) {
    const text = fqdn.length > 1_000 ? `${fqdn.slice(0, 1_000)}…` : fqdn;
    tell(
      scope,
      'name-too-long',
      `invalid fqdn, "${text}" is too long at ${fqdn.length} chars, max is ${FQDN_CHARS_MAX}`,
    );
  }
  for (const label of name.split('.', FQDN_CHARS_MAX)) {
    if (label.length <= LABEL_BYTES_MAX) continue;
    const text = label.length > 300 ? `${label.slice(0, 300)}…` : label;
    tell(
      scope,
      'label-too-long',
      `invalid label, "${text}" is too long at ${label.length} chars, max is ${LABEL_BYTES_MAX}`,
    );
  }
  if (name.includes('..') || name.endsWith('.')) {
    tell(scope, 'name-double-dot', `invalid name, double \`.\` in "${fqdn.slice(0, 1_000)}"`);
  }
}

/**
 * Checks the target in `node` (undefined: the key is not there) and returns its ASCII text, or null after telling. `key` is
 * octoDNS's word for it in messages (`value`, `exchange`, `target`, `targetname`).
 */
export function checkTarget(
  scope: RecordScope,
  node: YamlNode | undefined,
  type: string,
  key: string,
  holder: YamlNode | undefined,
): string | null {
  if (node === undefined) {
    kill(scope, 'target-missing', `missing ${key}`, holder);
    return null;
  }
  if (!isTruthyNode(node)) {
    const say = isNullNode(node) || textOf(node) === '' ? tell : kill;
    say(scope, 'target-missing', `missing ${key}`, node);
    return null;
  }
  const text = textOf(node);
  if (text === null) {
    kill(scope, 'target-not-text', `${type} ${key} ${pythonText(node)} is not a text: quote it`, node);
    return null;
  }
  if (text === '.' && ROOT_TARGET_TYPES.has(type)) return text;
  const target = idnaEncode(text);
  if (typeof target !== 'string') {
    kill(scope, 'target-idna', `${type} ${key} "${text.slice(0, 300)}": ${target.fault}`, node);
    return null;
  }
  if (isTemplate(text)) return target;
  if (!isFqdn(target))
    tell(scope, 'target-invalid', `${type} ${key} "${target.slice(0, 1_000)}" is not a valid FQDN`, node);
  return target;
}

/** Why a checked target cannot be served, or null. */
export function unservableTarget(target: string): string | null {
  if (isTemplate(target)) return `"${target.slice(0, 300)}" is a template that octoDNS would have filled in`;
  if (parseIpAddress(target.replace(/\.$/, ''))?.family === 4) return `"${target}" is an address, not a name`;
  if (target !== '.' && !isFqdn(target)) return `"${target.slice(0, 300)}" is no host name`;
  if (/[\n\\]/.test(target)) return `"${target.slice(0, 300).trim()}" holds a character that no host name has`;
  return typeof nameFromText(target) === 'string' ? `"${target.slice(0, 300)}" has no wire form` : null;
}

/** `target` absolute, with the final dot. */
export function absoluteTarget(target: string): string {
  return target.endsWith('.') ? target : `${target}.`;
}

function isTemplate(text: string): boolean {
  return text.includes('{') && text.includes('}');
}

function isFqdn(text: string): boolean {
  const length = text.endsWith('.') ? text.length - 1 : text.length;
  if (length > FQDN_CHARS_MAX || !FQDN.test(text)) return false;
  return text.split('.').length - (text.endsWith('.') ? 1 : 0) >= 2;
}
