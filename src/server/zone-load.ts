/**
 * The files of one zone into its model, with every fault of every file. Used by the builder thread and by `check`; the
 * reading of files is `zone-files.ts`, their meaning is the zone floor's.
 */

import { type Fault, hasError } from '../base/fault.ts';
import { lowerName, nameFromText } from '../wire/name.ts';
import { readMasterZone } from '../zone/master-reader.ts';
import { readYamlZone } from '../zone/yaml-reader.ts';
import type { SoaDefaults } from '../zone/zone-build.ts';
import type { SoaModel, ZoneModel } from '../zone/zone-model.ts';
import { fileFault, type ZoneFileReader, type ZoneSource } from './zone-files.ts';

/** What the configuration says about every zone; what stands in a zone's own files wins over it. */
export type ZoneDefaults = {
  /** Of a start of authority that no file states. Names without the final dot are below each zone. */
  readonly soa: SoaDefaults;
  /** True if TXT values write `;` as `\\;` (octoDNS's `escaped_semicolons`). */
  readonly escapedSemicolons: boolean;
  /** True if health checks may reach link-local and cloud metadata addresses. */
  readonly metadataTargets: boolean;
  /** True if a resolver is asked for ALIAS targets outside; false if not given. */
  readonly resolvesAliases?: boolean;
};

/** octoDNS's meaning of a zone file: what counts without a word in the configuration. */
export const ZONE_DEFAULTS: ZoneDefaults = { soa: {}, escapedSemicolons: true, metadataTargets: false };

/** `model` is null exactly when `faults` has an error. */
export type LoadedZone = {
  readonly model: ZoneModel | null;
  readonly faults: readonly Fault[];
  /** Whether the SOA, and so the serial, stood in a file. */
  readonly hasSoa: boolean;
};

/** Text of a file, or null after its fault has been told. */
type TextFile = { readonly path: string; readonly text: string };

/** Reads `source` through `reader`, which remembers what was read. Never throws for what stands in a file. */
export function loadZone(source: ZoneSource, reader: ZoneFileReader, defaults: ZoneDefaults): LoadedZone {
  const faults: Fault[] = [...source.faults];
  const origin = nameFromText(source.zone);
  if (typeof origin === 'string') {
    faults.push(fileFault(source.zone, 'zone-file-name', `${source.zone} is no zone name`));
    return { model: null, faults, hasSoa: false };
  }
  const include = (target: string, from: string): TextFile | string => {
    const read = reader.readInclude(target, from);
    if ('fault' in read) return read.fault.message;
    return decode(read.path, read.bytes) ?? `include "${target}" is not UTF-8: save it as UTF-8`;
  };
  const yamlFiles: TextFile[] = [];
  for (const path of source.yamlFiles) {
    const file = readText(path, reader, faults);
    if (file !== null) yamlFiles.push(file);
  }
  const masterFile = source.masterFile === null ? null : readText(source.masterFile, reader, faults);
  const master = masterFile === null ? null : readMasterZone({ ...masterFile, origin, fallbackSerial: 1, include });
  faults.push(...(master?.faults ?? []));
  const hasSoa = master?.hasSoa ?? false;
  const base =
    master?.model == null || hasSoa ? (master?.model ?? null) : withSoa(master.model, defaults.soa, source, faults);
  if (source.yamlFiles.length === 0) return { model: hasError(faults) ? null : base, faults, hasSoa };
  const yaml = readYamlZone({
    origin: source.zone,
    files: yamlFiles,
    include,
    serial: 1,
    soaDefaults: hasSoa ? {} : defaults.soa,
    subZones: source.subZones ?? [],
    escapedSemicolons: defaults.escapedSemicolons,
    metadataTargets: defaults.metadataTargets,
    resolvesAliases: defaults.resolvesAliases ?? false,
    base,
  });
  faults.push(...yaml.faults);
  return { model: hasError(faults) ? null : yaml.model, faults, hasSoa };
}

/** The zone of a master file that states no SOA, with the configured one. */
function withSoa(model: ZoneModel, defaults: SoaDefaults, source: ZoneSource, faults: Fault[]): ZoneModel {
  const { mname, rname, ...timers } = defaults;
  const soa: { -readonly [K in keyof SoaModel]: SoaModel[K] } = { ...model.soa };
  for (const [field, seconds] of Object.entries(timers)) {
    if (seconds !== undefined) soa[field as keyof typeof timers] = seconds;
  }
  for (const [field, text] of Object.entries({ mname, rname })) {
    if (text === undefined) continue;
    const name = nameFromText(text, model.origin);
    if (typeof name !== 'string') soa[field as 'mname' | 'rname'] = lowerName(name);
    else
      faults.push(
        fileFault(source.masterFile ?? source.zone, 'soa-name', `soa-${field} ${text} is no name here: ${name}`),
      );
  }
  return { ...model, soa };
}

function readText(path: string, reader: ZoneFileReader, faults: Fault[]): TextFile | null {
  const read = reader.readMain(path);
  if ('fault' in read) {
    faults.push(read.fault);
    return null;
  }
  const file = decode(path, read.bytes);
  if (file === null) faults.push(fileFault(path, 'not-utf-8', 'the file is not UTF-8: save it as UTF-8'));
  return file;
}

/** Also takes away a byte order mark, which some editors write. */
function decode(path: string, bytes: Uint8Array): TextFile | null {
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return null;
  }
}
