/**
 * The text of a configuration file: one YAML mapping of settings, each key named as its flag (`geo-data: /etc/meridian/geo`; an
 * underscore counts as a hyphen). Every fault is reported with its line and column, unknown keys included, and all at once.
 *
 * Used by `config-file.ts`.
 */

import { isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import type { Fault, Place } from '../base/fault.ts';
import { yamlErrorText } from '../zone/yaml-error.ts';
import { SETTINGS, type SettingKey, type Settings } from './settings.ts';

const KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The settings written in `text`, which came from `file`, and everything that is wrong with it. */
export function parseConfig(text: string, file: string): { settings: Settings; faults: Fault[] } {
  const lines = new LineCounter();
  // No merge keys and few aliases: a configuration file needs neither, and an alias bomb needs both.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, schema: 'core' });
  const placeAt = (offset: number): Place => {
    const at = lines.linePos(offset);
    return { file, line: at.line, column: at.col };
  };
  const faults: Fault[] = document.errors.map((error) =>
    configFault('config-syntax', yamlErrorText(error.message), placeAt(error.pos[0])),
  );
  const settings: Record<string, unknown> = {};
  if (faults.length === 0 && document.contents !== null && !isEmptyScalar(document.contents)) {
    if (!isMap(document.contents)) {
      faults.push(configFault('config-not-a-mapping', 'the file must hold "key: value" lines', placeAt(0)));
    } else {
      const seen = new Set<string>();
      for (const pair of document.contents.items) readPair(pair as Pair, placeAt, settings, seen, faults);
    }
  }
  return { settings: settings as Settings, faults };
}

function readPair(
  pair: Pair,
  placeAt: (offset: number) => Place,
  settings: Record<string, unknown>,
  seen: Set<string>,
  faults: Fault[],
): void {
  const written = isScalar(pair.key) ? String(pair.key.value) : '';
  const key = written.replaceAll('_', '-');
  const place = placeAt(offsetOf(pair.key) ?? 0);
  if (!Object.hasOwn(SETTINGS, key)) {
    const near = nearestKey(written);
    const hint = near === null ? `known keys: ${KEYS.join(', ')}` : `did you mean ${near}?`;
    faults.push(configFault('config-unknown-key', `unknown key ${JSON.stringify(written)}: ${hint}`, place));
    return;
  }
  // The YAML parser finds keys written alike; `state_dir` and `state-dir` are one key too.
  if (seen.has(key)) {
    faults.push(configFault('config-duplicate-key', `${key} stands twice: keep one`, place));
    return;
  }
  seen.add(key);
  const value = plainValue(pair.value);
  if (value === null) return;
  const result = SETTINGS[key as SettingKey].schema.safeParse(value);
  if (result.success) {
    settings[key] = result.data;
    return;
  }
  const at = placeAt(offsetOf(pair.value) ?? offsetOf(pair.key) ?? 0);
  for (const issue of result.error.issues) faults.push(configFault('config-bad-value', `${key} ${issue.message}`, at));
}

/** Scalars and lists of scalars as plain values; null for an empty value (`redis:`), which is as if it were not written. */
function plainValue(node: unknown): unknown {
  if (node === null || node === undefined) return null;
  const value = (node as { toJSON(): unknown }).toJSON();
  return value === '' ? null : value;
}

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && (node.value === null || node.value === '');
}

function offsetOf(node: unknown): number | null {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? null;
}

/** The known key that `key` is a slip of (`geodata`, `redis-url`), or null. */
function nearestKey(key: string): string | null {
  const plain = key.toLowerCase().replaceAll(/[_\s.]/g, '-');
  return (
    KEYS.find((known) => known === plain || known.replaceAll('-', '') === plain.replaceAll('-', '')) ??
    KEYS.find((known) => plain.startsWith(`${known}-`) || (plain.length > 3 && known.startsWith(plain))) ??
    null
  );
}

function configFault(code: string, message: string, place: Place): Fault {
  return { ...place, severity: 'error', code, record: null, type: null, message };
}
