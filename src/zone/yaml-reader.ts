/**
 * octoDNS YAML to a {@link ZoneModel}: the way in for one zone, whatever files it is made of (one file, a split directory, both, a master
 * file beside them). Reads, checks each record, checks the zone, builds. Every fault of every record is told; the
 * model is there exactly when none of them is an error. Pure: files come as text, includes through a function.
 */

import { type Fault, hasError } from '../base/fault.ts';
import { YAML_RECORDS_MAX } from '../base/limits.ts';
import { nameFromText } from '../wire/name.ts';
import { createFaultSink, type FaultSink } from './fault-sink.ts';
import { idnaEncode } from './idna.ts';
import { type ReadRecord, type RecordRules, readRecord } from './octodns-record.ts';
import { encodeOwner } from './octodns-target.ts';
import { checkZoneRecords } from './octodns-zone-checks.ts';
import {
  createYamlBudget,
  readYamlDocument,
  type YamlBudget,
  type YamlInclude,
  type YamlSource,
} from './yaml-document.ts';
import { isTruthyNode, placeOfNode, pythonText, type YamlEntry, type YamlMap } from './yaml-node.ts';
import { scalarText } from './yaml-scalar.ts';
import { buildZone, type SoaDefaults } from './zone-build.ts';
import type { ZoneModel } from './zone-model.ts';

/** Everything that makes a zone. */
export type YamlZoneInput = {
  /** The zone as its file is named, e.g. `gslb.example.com.`; letters of any script. */
  readonly origin: string;
  /** One file, or those of a split directory (`<zone>./*.yaml` and the catch-all `$<zone>.yaml`), or both. */
  readonly files: readonly YamlSource[];
  /** The file that an `!include` names, or a sentence why not; keeps them inside the zones directory. */
  readonly include: YamlInclude;
  /** Serial of the SOA to be synthesised. */
  readonly serial: number;
  readonly soaDefaults: SoaDefaults;
  /** Zones configured below this one, relative, ASCII. */
  readonly subZones: readonly string[];
  /** True if TXT values write `;` as `\;`, octoDNS's default. */
  readonly escapedSemicolons: boolean;
  /** True if endpoints may be checked at link-local and cloud metadata addresses; false if not given. */
  readonly metadataTargets?: boolean;
  /** True if addresses of an ALIAS's target outside of all zones are kept by the server; false if not given. */
  readonly resolvesAliases?: boolean;
  /** Static records of a master file of the same zone. */
  readonly base?: ZoneModel | null;
  /** Seconds for records without `ttl`; default 3600, and 30 for steered ones. */
  readonly defaultTtl?: { readonly records: number; readonly dynamic: number };
};

/** Longest key that faults repeat; names end at 253 characters. */
const KEY_CHARS_SHOWN = 1_000;
const DEFAULT_TTL = { records: 3_600, dynamic: 30 };

/** Reads a zone. The model is null exactly when some fault is an error. Never throws, whatever the text. */
export function readYamlZone(input: YamlZoneInput): { model: ZoneModel | null; faults: Fault[] } {
  const sink = createFaultSink();
  const rules = rulesOf(input, sink);
  if (rules === null) return { model: null, faults: sink.faults() };
  const budget = createYamlBudget();
  const read: ReadRecord[] = [];
  for (const file of input.files) readFile(file, input.include, rules, read, budget, sink);
  const kept = checkZoneRecords(read, rules.origin, input.subZones, sink);
  const mainPath = input.files[0]?.path ?? '';
  const model = buildZone(kept, rules, sink, input.base ?? null, input.soaDefaults, input.serial, mainPath);
  const faults = sink.faults();
  return { model: sink.errorCount > 0 || hasError(faults) ? null : model, faults };
}

function rulesOf(input: YamlZoneInput, sink: FaultSink): RecordRules | null {
  const dotted = input.origin.endsWith('.') ? input.origin : `${input.origin}.`;
  const origin = idnaEncode(dotted);
  const wire = typeof origin === 'string' ? nameFromText(origin) : origin.fault;
  if (typeof origin !== 'string' || typeof wire === 'string') {
    const place = { file: input.files[0]?.path ?? input.origin, line: 0, column: 0 };
    sink.error('zone-name', `"${input.origin.slice(0, 300)}" is no zone name: ${wire}`, place);
    return null;
  }
  return {
    origin,
    originWire: wire,
    escapedSemicolons: input.escapedSemicolons,
    metadataTargets: input.metadataTargets ?? false,
    resolvesAliases: input.resolvesAliases ?? false,
    defaultTtl: input.defaultTtl ?? DEFAULT_TTL,
  };
}

function readFile(
  file: YamlSource,
  include: YamlInclude,
  rules: RecordRules,
  read: ReadRecord[],
  budget: YamlBudget,
  sink: FaultSink,
): void {
  const root = readYamlDocument(file, include, sink, budget);
  if (root === null) return;
  if (root.kind === 'map') readNames(root, rules, read, budget, sink);
  else if (isTruthyNode(root)) {
    const message = `a zone file is a mapping of names to records, not ${pythonText(root)}`;
    const place = root.file.path === file.path ? placeOfNode(root) : { file: file.path, line: 1, column: 1 };
    sink.error('zone-not-map', message, place);
  }
}

function readNames(root: YamlMap, rules: RecordRules, read: ReadRecord[], budget: YamlBudget, sink: FaultSink): void {
  for (const entry of root.entries.values()) {
    const text = scalarText(entry.key.scalar);
    const { name, fault } = encodeOwner(text);
    const key = text.length > KEY_CHARS_SHOWN ? `${text.slice(0, KEY_CHARS_SHOWN)}…` : text;
    const at = { key, name, idnaFault: fault, node: entry.key };
    const { value } = entry;
    const records = value.kind === 'seq' ? value.items : [value];
    const before = sink.errorCount;
    for (const node of records) {
      // What an alias repeats is paid for each time.
      if (budget.records-- <= 0) {
        sink.error('zone-too-large', `more than YAML_RECORDS_MAX = ${YAML_RECORDS_MAX} records`, placeOfNode(node));
        return;
      }
      const record = readRecord(node, at, rules, sink);
      if (record !== null) read.push(record);
    }
    if (sink.errorCount === before) adviseQuotes(entry, key, sink);
  }
}

/** `no:` is a name that few have in mind: YAML 1.1 makes it false, octoDNS the name "false". */
function adviseQuotes({ key }: YamlEntry, text: string, sink: FaultSink): void {
  if (key.scalar.type === 'str' || key.written.toLowerCase() === text.toLowerCase()) return;
  const name = text.toLowerCase();
  const message = `${key.written || 'an empty key'} is not a text in YAML 1.1 and becomes the name "${name}": quote the name you mean`;
  sink.warn('key-wants-quotes', message, placeOfNode(key), { record: text, type: null });
}
