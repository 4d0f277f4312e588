/**
 * The text of a zone file with another weight of one endpoint, and nothing else changed: the number is written over the old one, or put
 * where a key `weight` belongs. The endpoint is found in the tree that `check` reads, through includes and aliases, so the text may be
 * that of a file that the zone includes.
 */

import { parseIpAddress } from '../base/ip-address.ts';
import { createFaultSink } from '../zone/fault-sink.ts';
import { encodeOwner } from '../zone/octodns-target.ts';
import { createYamlBudget, readYamlDocument, type YamlInclude, type YamlSource } from '../zone/yaml-document.ts';
import { fieldOf, placeAt, type YamlMap, type YamlNode } from '../zone/yaml-node.ts';
import { scalarText } from '../zone/yaml-scalar.ts';

/** Whose weight; `key` is relative to the zone, `''` the apex, in ASCII and lower case. */
export type EndpointName = { readonly key: string; readonly pool: string; readonly value: string };

/** A file's new text; `old` null: the endpoint stated no weight, which counts as 1. `line` is that of the endpoint. */
export type WeightEdit = {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly old: string | null;
  readonly line: number;
};

/** The edit, or a sentence that says why there is none. `files` are the zone's own, which must be free of faults. */
export function editWeight(
  files: readonly YamlSource[],
  include: YamlInclude,
  wanted: EndpointName,
  weight: number,
): WeightEdit | string {
  const found = findEndpoint(files, include, wanted);
  if (typeof found === 'string') return found;
  const { endpoint, texts } = found;
  const path = endpoint.file.path;
  const before = texts.get(path)!;
  const written = writeWeight(before, endpoint, weight);
  if (written === null)
    return `the weight of ${wanted.value} is an alias, which others may share: edit the file by hand`;
  const { after, old } = written;
  // A comment inside braces, or a form that nobody thought of: what was written must be what is read.
  const put = (source: YamlSource): YamlSource => (source.path === path ? { path, text: after } : source);
  const includeAfter: YamlInclude = (target, from) => {
    const source = include(target, from);
    return typeof source === 'string' ? source : put(source);
  };
  const again = findEndpoint(files.map(put), includeAfter, wanted);
  if (typeof again === 'string' || weightText(again.endpoint) !== String(weight))
    return `the weight of ${wanted.value} cannot be written where it belongs (a comment inside braces?): edit the file by hand`;
  return { path, before, after, old, line: placeAt(endpoint.file, endpoint.at).line };
}

/** The one endpoint that is `wanted`, and the texts of all files read; or why there is none. */
function findEndpoint(
  files: readonly YamlSource[],
  include: YamlInclude,
  wanted: EndpointName,
): { readonly endpoint: YamlMap; readonly texts: ReadonlyMap<string, string> } | string {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const remember: YamlInclude = (target, from) => {
    const source = include(target, from);
    if (typeof source !== 'string') texts.set(source.path, source.text);
    return source;
  };
  const sink = createFaultSink();
  const budget = createYamlBudget();
  const roots = files.flatMap((file) => readYamlDocument(file, remember, sink, budget) ?? []);
  const records = roots.flatMap((root) => recordsOf(root, wanted.key));
  const pools = records.flatMap((record) => mapAt(record, 'dynamic', 'pools') ?? []);
  if (pools.length === 0) return 'there is no steered record of that name';
  const chosen = pools.flatMap((map) => mapAt(map, wanted.pool) ?? []);
  if (chosen.length === 0) return `it has no pool "${wanted.pool}"; its pools are ${listKeys(pools)}`;
  const endpoints = chosen.flatMap((pool) => endpointsOf(pool));
  const found = [...new Set(endpoints.filter((endpoint) => isSameValue(addressOf(endpoint), wanted.value)))];
  if (found.length === 0) {
    return `pool "${wanted.pool}" has no endpoint ${wanted.value}; it has ${endpoints.map(addressOf).join(', ')}`;
  }
  if (found.length > 1) return `pool "${wanted.pool}" has ${wanted.value} ${found.length} times: edit the file by hand`;
  return { endpoint: found[0]!, texts };
}

function recordsOf(root: YamlNode, key: string): YamlNode[] {
  if (root.kind !== 'map') return [];
  return Array.from(root.entries.values())
    .filter((entry) => encodeOwner(scalarText(entry.key.scalar)).name.toLowerCase() === key)
    .flatMap(({ value }) => (value.kind === 'seq' ? value.items : [value]));
}

function mapAt(node: YamlNode, ...path: readonly string[]): YamlMap | null {
  let at: YamlNode | undefined = node;
  for (const name of path) at = at?.kind === 'map' ? fieldOf(at, name) : undefined;
  return at?.kind === 'map' ? at : null;
}

function endpointsOf(pool: YamlMap): YamlMap[] {
  const values = fieldOf(pool, 'values');
  return values?.kind === 'seq' ? values.items.filter((item) => item.kind === 'map') : [];
}

function addressOf(endpoint: YamlMap): string {
  const value = fieldOf(endpoint, 'value');
  return value?.kind === 'scalar' ? scalarText(value.scalar) : '';
}

function weightText(endpoint: YamlMap): string | null {
  const weight = fieldOf(endpoint, 'weight');
  return weight?.kind === 'scalar' ? scalarText(weight.scalar) : null;
}

function isSameValue(written: string, wanted: string): boolean {
  const [a, b] = [parseIpAddress(written), parseIpAddress(wanted)];
  if (a === null || b === null) return written.toLowerCase() === wanted.toLowerCase();
  return JSON.stringify(a) === JSON.stringify(b);
}

function listKeys(maps: readonly YamlMap[]): string {
  return maps.flatMap((map) => Array.from(map.entries.values(), ({ key }) => scalarText(key.scalar))).join(', ');
}

/** A weight that a merge brings in is another mapping's: the endpoint gets one of its own, which comes last and so counts. Null for an alias. */
function writeWeight(text: string, endpoint: YamlMap, weight: number): { after: string; old: string | null } | null {
  const entry = endpoint.entries.get('weight');
  const old = entry?.value.kind === 'scalar' ? entry.value : null;
  const isOwn = entry !== undefined && entry.key.file === endpoint.file && isWithin(entry.key.at, endpoint);
  if (isOwn && (old === null || !isWithin(old.at, endpoint))) return null;
  if (isOwn && old !== null) {
    const mark = text[old.at];
    const close = mark === '"' || mark === "'" ? text.indexOf(mark, old.at + 1) + 1 : old.at + old.written.length;
    return { after: splice(text, old.at, close, String(weight)), old: scalarText(old.scalar) };
  }
  const said = old === null ? null : scalarText(old.scalar);
  const isFlow = text[endpoint.end - 1] === '}';
  if (isFlow) {
    const inner = text.slice(0, endpoint.end - 1).trimEnd();
    return {
      after: splice(text, inner.length, inner.length, `${inner.endsWith(',') ? '' : ','} weight: ${weight}`),
      old: said,
    };
  }
  const first = Math.min(
    ...Array.from(endpoint.entries.values(), ({ key }) => key.at).filter((at) => isWithin(at, endpoint)),
  );
  const column = first - (text.lastIndexOf('\n', first - 1) + 1);
  const body = text.slice(0, endpoint.end).replace(/(?:\s|\n *#[^\n]*)*$/, '');
  const end = text.indexOf('\n', body.length);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lineEnd = end < 0 ? text.length : end;
  const at = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  return { after: splice(text, at, at, `${eol}${' '.repeat(column)}weight: ${weight}`), old: said };
}

function isWithin(at: number, { at: from, end }: YamlMap): boolean {
  return at >= from && at < end;
}

function splice(text: string, from: number, to: number, insert: string): string {
  return text.slice(0, from) + insert + text.slice(to);
}
