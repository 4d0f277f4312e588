/** SVCB and HTTPS values (RFC 9460) by octoDNS's rules, and their presentation form. */

import { parseIpAddress } from '../base/ip-address.ts';
import { checkInt } from './octodns-fields.ts';
import { absoluteTarget, checkTarget } from './octodns-target.ts';
import { checkChunk } from './octodns-text.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isNullNode, isTruthyNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarText, scalarToInt } from './yaml-scalar.ts';

const PARAMS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint'];
const PRIORITY_MAX = 65_535;
const PORT_MAX = 65_535;
const KEY_MAX = 65_535;

/** Checks one value of a record of `type`. */
export function checkSvcb(scope: RecordScope, map: YamlMap, type: string): void {
  const priorityNode = fieldOf(map, 'svcpriority');
  const priority = priorityNode === undefined ? null : checkInt(scope, priorityNode, 'priority');
  if (priorityNode === undefined) kill(scope, 'field-missing', 'missing svcpriority', map);
  if (priority !== null && (priority < 0 || priority > PRIORITY_MAX)) {
    tell(scope, 'field-range', `invalid priority "${priority}"`, priorityNode);
  }
  checkTarget(scope, fieldOf(map, 'targetname'), type, 'targetname', map);
  const params = fieldOf(map, 'svcparams');
  if (params === undefined) return;
  if (params.kind !== 'map') {
    kill(scope, 'svcparam-invalid', 'svcparams must be a mapping', params);
    return;
  }
  if (priority === 0 && params.entries.size > 0) {
    tell(scope, 'svcparam-alias', 'svcparams set on AliasMode SVCB record', params);
  }
  for (const { key, value } of params.entries.values()) checkParam(scope, key, value);
}

/** The presentation form of a checked value. */
export function svcbTokens(map: YamlMap): string[] {
  const tokens = [fieldText(map, 'svcpriority'), absoluteTarget(fieldText(map, 'targetname'))];
  const params = fieldOf(map, 'svcparams');
  if (params?.kind !== 'map') return tokens;
  for (const { key, value } of params.entries.values()) {
    const name = pythonText(key);
    if (isNullNode(value)) tokens.push(name);
    else tokens.push(`${name}=${value.kind === 'seq' ? value.items.map(itemText).join(',') : itemText(value)}`);
  }
  return tokens;
}

function checkParam(scope: RecordScope, keyNode: YamlNode, value: YamlNode): void {
  const key = textOf(keyNode);
  if (key === null) {
    kill(scope, 'svcparam-invalid', `SvcParam ${pythonText(keyNode)} is not a text: quote it`, keyNode);
  } else if (key.startsWith('key')) {
    checkKeyNumber(scope, key, keyNode);
  } else if (!PARAMS.includes(key)) {
    tell(scope, 'svcparam-unknown', `Unknown SvcParam ${key}`, keyNode);
  } else if (key === 'no-default-alpn') {
    if (!isNullNode(value)) {
      tell(scope, 'svcparam-invalid', `SvcParam ${key} has value when it should not`, value);
    }
  } else {
    checkParamValue(scope, key, value);
  }
}

function checkParamValue(scope: RecordScope, key: string, value: YamlNode): void {
  if (key === 'port') {
    checkPort(scope, value);
  } else if (key === 'ech') {
    const text = textOf(value);
    if (text === null) kill(scope, 'svcparam-invalid', 'ech SvcParam is not a text', value);
    else if (!isBase64(text)) tell(scope, 'svcparam-invalid', 'ech SvcParam is invalid Base64', value);
  } else if (value.kind !== 'seq') {
    tell(scope, 'svcparam-not-list', `${key} is not a list`, value);
  } else {
    for (const item of value.items) checkListItem(scope, key, item);
  }
}

function checkListItem(scope: RecordScope, key: string, item: YamlNode): void {
  switch (key) {
    case 'alpn':
      if (!isTruthyNode(item)) tell(scope, 'values-missing', 'missing value(s)', item);
      else checkChunk(scope, item);
      return;
    case 'mandatory': {
      const name = textOf(item);
      if (name === null) kill(scope, 'svcparam-invalid', `mandatory SvcParam ${pythonText(item)} is not a text`, item);
      else if (name.startsWith('key')) checkKeyNumber(scope, name, item);
      else if (!PARAMS.includes(name)) {
        tell(scope, 'svcparam-unknown', `unsupported SvcParam "${name}" in mandatory`, item);
      }
      return;
    }
    default: {
      const version = key === 'ipv4hint' ? 4 : 6;
      if (parseIpAddress(pythonText(item))?.family === version || isIntegerAddress(item, version)) return;
      tell(scope, 'svcparam-invalid', `${key} "${pythonText(item)}" is not a valid IPv${version} address`, item);
    }
  }
}

function checkPort(scope: RecordScope, value: YamlNode): void {
  const port = value.kind === 'scalar' ? scalarToInt(value.scalar) : 'type';
  if (port === 'value') tell(scope, 'svcparam-invalid', 'port is not a number', value);
  else if (typeof port === 'string') kill(scope, 'svcparam-invalid', 'port is not a number', value);
  else if (port > PORT_MAX) tell(scope, 'svcparam-invalid', `port ${port} is not a valid number`, value);
}

function checkKeyNumber(scope: RecordScope, key: string, at: YamlNode): void {
  const number = scalarToInt({ type: 'str', value: key.slice(3) });
  if (typeof number !== 'number') tell(scope, 'svcparam-key', `SvcParam key "${key}" has wrong format`, at);
  else if (number > KEY_MAX) tell(scope, 'svcparam-key', `SvcParam key "${key}" has wrong key number`, at);
}

/** Python's `ipaddress` takes a whole number for an address too. */
function isIntegerAddress(item: YamlNode, version: 4 | 6): boolean {
  if (item.kind !== 'scalar' || (item.scalar.type !== 'int' && item.scalar.type !== 'bool')) return false;
  const value = Number(item.scalar.value);
  return value >= 0 && value < (version === 4 ? 2 ** 32 : 2 ** 128);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function fieldText(map: YamlMap, key: string): string {
  const node = fieldOf(map, key);
  return node === undefined ? '' : pythonText(node);
}

function itemText(node: YamlNode): string {
  return node.kind === 'scalar' ? scalarText(node.scalar) : pythonText(node);
}
