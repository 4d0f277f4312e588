/**
 * `meridian zone fmt`: zone files with their keys in the order that octoDNS enforces, comments and all else as they were. Files that do not
 * parse are told with their place and left alone.
 */

import { statSync } from 'node:fs';
import { type Fault, formatFault, hasError } from '../base/fault.ts';
import { YAML_FILE_BYTES_MAX } from '../base/limits.ts';
import { reasonOf } from '../server/state-dir.ts';
import { fileFault, listZoneSources, readRegularFile } from '../server/zone-files.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { replaceFile } from './replace-file.ts';
import { dataDirectories } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { printable } from './text-table.ts';
import { sortZoneText } from './zone-sort.ts';

/** One file, in the form of `zone fmt --json`: `changed` is true where it is (or with --check would be) written. */
type FormattedFile = { readonly path: string; readonly changed: boolean; readonly faults: readonly Fault[] };

/** Exit code 1: a file does not parse or cannot be sorted, or with `isCheck` would change. Without `files` all of the zones directory. */
export async function runZoneFmt(settings: Settings, files: readonly string[], isCheck: boolean): Promise<number> {
  for (const path of files) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw usageFailure(`no such file: ${path}`);
    if (stat.isDirectory())
      throw usageFailure(`${path} is a directory: sort the zones of a directory with --zones ${path}`);
    if (path.endsWith('.zone')) throw usageFailure(`${path} is a master file, which has no order to keep`);
  }
  const paths = files.length > 0 ? files : yamlFilesOf(dataDirectories(settings).zonesDir);
  const formatted = paths.map((path) => formatFile(path, isCheck));
  const isRefused = formatted.some(({ faults }) => hasError(faults));
  const changed = formatted.filter((file) => file.changed);
  if (settings.json) process.stdout.write(`${JSON.stringify({ files: formatted }, null, 2)}\n`);
  else {
    for (const fault of formatted.flatMap(({ faults }) => faults))
      process.stderr.write(`${printable(formatFault(fault))}\n`);
    for (const { path } of changed)
      process.stdout.write(`${printable(path)}${isCheck ? ': not in order' : ': sorted'}\n`);
  }
  return isRefused || (isCheck && changed.length > 0) ? ExitCode.FAILED : ExitCode.GOOD;
}

function yamlFilesOf(zonesDir: string): string[] {
  const { sources, faults } = listZoneSources(zonesDir);
  const fault = faults.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw usageFailure(formatFault(fault));
  return sources.flatMap(({ yamlFiles }) => yamlFiles);
}

function formatFile(path: string, isCheck: boolean): FormattedFile {
  let bytes: Uint8Array;
  let text: string;
  try {
    ({ bytes } = readRegularFile(path, YAML_FILE_BYTES_MAX));
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const reason = error instanceof TypeError ? 'the file is not UTF-8: save it as UTF-8' : reasonOf(error);
    return { path, changed: false, faults: [fileFault(path, 'file-unreadable', reason)] };
  }
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const { text: sorted, faults } = sortZoneText(path, text.slice(mark.length));
  const changed = sorted !== null && mark + sorted !== text;
  if (changed && !isCheck) replaceFile(path, bytes, mark + sorted);
  return { path, changed, faults };
}
