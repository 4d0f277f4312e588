/** A zone file given as text, read; for tests of everything that the YAML reader conducts. */

import type { Fault } from '../../../src/base/fault.ts';
import { typeName } from '../../../src/wire/codes.ts';
import { nameLength, nameToText } from '../../../src/wire/name.ts';
import { rdataToText } from '../../../src/wire/rdata.ts';
import { readYamlZone, type YamlZoneInput } from '../../../src/zone/yaml-reader.ts';
import type { ZoneModel } from '../../../src/zone/zone-model.ts';

export type ReadZone = {
  readonly model: ZoneModel | null;
  readonly faults: readonly Fault[];
  /** `severity code record message` of every fault but the one about missing name servers. */
  readonly told: readonly string[];
  /** `line:column code` of every error. */
  readonly places: readonly string[];
  /** Static records in presentation form, sorted. */
  readonly records: readonly string[];
};

/** Reads `text` as `unit.test.yaml`; `files` are what it may include. */
export function readZoneText(
  text: string,
  files: Record<string, string> = {},
  more: Partial<YamlZoneInput> = {},
): ReadZone {
  const { model, faults } = readYamlZone({
    origin: 'unit.test.',
    files: [{ path: 'unit.test.yaml', text }],
    include: (target) =>
      files[target] === undefined ? `cannot read ${target}` : { path: target, text: files[target] },
    serial: 7,
    soaDefaults: {},
    subZones: [],
    escapedSemicolons: true,
    ...more,
  });
  return {
    model,
    faults,
    told: faults.map((fault) => `${fault.severity} ${fault.code} ${fault.record} ${fault.message}`),
    places: faults
      .filter((fault) => fault.severity === 'error')
      .map((fault) => `${fault.line}:${fault.column} ${fault.code}`),
    records: model === null ? [] : recordTexts(model),
  };
}

/** The codes of all faults of a zone. */
export function codesOf(zone: ReadZone): string[] {
  return zone.faults.map((fault) => fault.code);
}

function recordTexts({ records }: ZoneModel): string[] {
  const texts: string[] = [];
  for (let row = 0; row < records.count; row++) {
    const at = records.owners[row]!;
    const owner = nameToText(records.bytes.subarray(at, at + nameLength(records.bytes, at)));
    const rdata = rdataToText(records.types[row]!, records.bytes, records.rdatas[row]!, records.rdataLengths[row]!);
    texts.push(`${owner} ${records.ttls[row]} ${typeName(records.types[row]!)} ${rdata}`);
  }
  return texts.sort();
}
