/**
 * `meridian zone set`: another weight for one endpoint, written into the zone file where it stands. What the file would then say is
 * checked like any zone before a byte is written, and who would move is told.
 */

import { realpathSync } from 'node:fs';
import { formatFault, hasError } from '../base/fault.ts';
import { listZoneSources, ZoneFileReader, type ZoneSource } from '../server/zone-files.ts';
import { loadZone } from '../server/zone-load.ts';
import type { YamlSource } from '../zone/yaml-document.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { ExitCode, usageFailure, workFailure } from './command-failure.ts';
import { readName } from './query-command.ts';
import { replaceFile } from './replace-file.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { printable } from './text-table.ts';
import { diffModels } from './zone-diff.ts';
import { renderDifference } from './zone-diff-view.ts';
import { editWeight } from './zone-weight.ts';

/** As typed. */
export type WeightOrder = {
  readonly name: string;
  readonly pool: string;
  readonly value: string;
  readonly edit: string;
};

type Drafts = ReadonlyMap<string, Uint8Array>;
type Read = { readonly model: ZoneModel; readonly files: ReadonlySet<string> };

/** Exit code 1: the zone has faults, or would have. `isDry`: nothing is written. Throws a usage failure for what is not there. */
export async function runZoneSet(settings: Settings, order: WeightOrder, isDry: boolean): Promise<number> {
  const match = /^weight=(\d{1,3})$/.exec(order.edit);
  if (match === null) throw usageFailure(`${JSON.stringify(order.edit)}: write weight=N, N from 1 to 100`);
  const name = readName(order.name).toLowerCase();
  const { zonesDir, geoDataDir } = dataDirectories(settings);
  const { sources } = listZoneSources(zonesDir);
  const source = sources
    .filter(({ zone }) => name === zone || name.endsWith(`.${zone}`))
    .sort((a, b) => b.zone.length - a.zone.length)[0];
  if (source === undefined) throw usageFailure(`no zone of ${zonesDir} holds ${name}`);
  const read = (each: ZoneSource, drafts: Drafts = new Map()) => readZone(each, zonesDir, settings, drafts);
  const before = read(source);
  const key = name === source.zone ? '' : name.slice(0, name.length - source.zone.length - 1);
  const edit = editOf(source, zonesDir, { key, pool: order.pool, value: order.value }, Number(match[1]));
  if (typeof edit === 'string') throw usageFailure(`${name}: ${edit}`);
  const drafts = new Map([[realpathSync(edit.path), Buffer.from(edit.after)]]);
  // A file that zones include may be a part of others as well.
  const isOwn = source.yamlFiles.includes(edit.path);
  const others = isOwn ? [] : sources.filter(({ zone }) => zone !== source.zone && zone.indexOf('.') < zone.length - 1);
  const touched = [{ source, before }, ...others.map((each) => ({ source: each, before: read(each) }))].filter(
    ({ before: { files } }) => [...files].some((file) => drafts.has(file)),
  );
  const after = touched.map((each) => read(each.source, drafts).model);
  const request = { geoDataDir, demand: settings.demand ?? null };
  const difference = diffModels(
    touched.map((each) => each.before.model),
    after,
    request,
  );
  const isWritten = !isDry && edit.after !== edit.before;
  if (isWritten) replaceFile(edit.path, Buffer.from(edit.before), edit.after);
  const { path, line, old } = edit;
  const view = {
    file: path,
    line,
    old: old === null ? null : Number(old),
    weight: Number(match[1]),
    written: isWritten,
    ...difference,
  };
  const what = isWritten ? 'written' : isDry ? 'not written (--dry-run)' : 'nothing to write';
  process.stdout.write(
    settings.json
      ? `${JSON.stringify(view, null, 2)}\n`
      : `${printable(path)}:${line}: weight ${old ?? '1 (by default)'} -> ${view.weight}, ${what}\n\n${renderDifference(difference)}`,
  );
  return ExitCode.GOOD;
}

function readZone(source: ZoneSource, zonesDir: string, settings: Settings, drafts: Drafts): Read {
  const reader = new ZoneFileReader(zonesDir, Date.now(), drafts);
  const { model, faults } = loadZone(source, reader, zoneDefaults(settings));
  if (model === null) {
    const lines = faults.filter((fault) => hasError([fault])).map((fault) => printable(formatFault(fault)));
    const what = drafts.size === 0 ? 'has faults already' : 'would have faults, so nothing is written';
    throw workFailure(`${source.zone} ${what}\n${lines.join('\n')}`);
  }
  return { model, files: new Set(reader.files.map(({ path }) => realpathSync(path))) };
}

function editOf(source: ZoneSource, zonesDir: string, wanted: Parameters<typeof editWeight>[2], weight: number) {
  const reader = new ZoneFileReader(zonesDir, Date.now());
  const files = source.yamlFiles.map((path): YamlSource => {
    const read = reader.readMain(path);
    if ('fault' in read) throw workFailure(formatFault(read.fault));
    return { path, text: decode(read.bytes) };
  });
  const include = (target: string, from: string): YamlSource | string => {
    const read = reader.readInclude(target, from);
    return 'fault' in read ? read.fault.message : { path: read.path, text: decode(read.bytes) };
  };
  return editWeight(files, include, wanted, weight);
}

/** With its byte order mark, since the text goes back into the file. The zone has been read before, so it is UTF-8. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
