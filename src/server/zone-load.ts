/**
 * The files of one zone into its model, with every fault of every file. Used by the builder thread and by `check`; the
 * reading of files is `zone-files.ts`, their meaning is the zone floor's.
 */

import { type Fault, hasError } from '../base/fault.ts';
import { nameFromText } from '../wire/name.ts';
import { readMasterZone } from '../zone/master-reader.ts';
import { readYamlZone } from '../zone/yaml-reader.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { fileFault, type ZoneFileReader, type ZoneSource } from './zone-files.ts';

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
export function loadZone(source: ZoneSource, reader: ZoneFileReader): LoadedZone {
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
  if (source.yamlFiles.length === 0)
    return { model: hasError(faults) ? null : (master?.model ?? null), faults, hasSoa };
  const yaml = readYamlZone({
    origin: source.zone,
    files: yamlFiles,
    include,
    serial: 1,
    soaDefaults: {},
    subZones: source.subZones ?? [],
    escapedSemicolons: true,
    base: master?.model ?? null,
  });
  faults.push(...yaml.faults);
  return { model: hasError(faults) ? null : yaml.model, faults, hasSoa };
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
