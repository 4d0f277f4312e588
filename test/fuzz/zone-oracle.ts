/**
 * What every reader of zone files promises: faults with a place, or a model that compiles and answers. Shared by the targets of both
 * formats.
 */

import { type Fault, hasError } from '../../src/base/fault.ts';
import { FAULTS_PER_FILE_MAX } from '../../src/base/limits.ts';
import { typeName } from '../../src/wire/codes.ts';
import { nameLength, nameToText } from '../../src/wire/name.ts';
import type { ZoneModel } from '../../src/zone/zone-model.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { Asker, serve } from '../tools/model-zone.ts';
import { judgeAnswer } from './answer-oracle.ts';

/** Chars of a message that an operator still reads. */
const MESSAGE_CHARS_MAX = 4_000;
/** Names of the zone that are asked for, each with its own type. */
const NAMES_ASKED = 12;
const ID = 0x4d50;

/** The promise broken by a result, or null. `lines` has the number of lines of each file that was there to read. */
export function judgeZone(
  model: ZoneModel | null,
  faults: readonly Fault[],
  lines: ReadonlyMap<string, number>,
): string | null {
  if ((model === null) !== hasError(faults))
    return model === null ? 'no model and no error' : 'a model in spite of an error';
  return judgeFaults(faults, lines) ?? (model === null ? null : judgeModel(model));
}

/** Faults: few enough, each with a file and a line that exist, in words of bounded length. */
export function judgeFaults(faults: readonly Fault[], lines: ReadonlyMap<string, number>): string | null {
  if (faults.length > FAULTS_PER_FILE_MAX + 1) return `${faults.length} faults`;
  for (const { file, line, column, message, code } of faults) {
    const last = lines.get(file);
    if (last === undefined) return `a fault in a file that is not there: ${code}`;
    if (!(line >= 0 && line <= last) || !(column >= 0)) return `a fault at no place of the file: ${code}`;
    if (message === '' || message.length > MESSAGE_CHARS_MAX) return `a fault of ${message.length} characters: ${code}`;
  }
  return null;
}

/** Lines of `text`, as an editor counts them. */
export function countLines(text: string): number {
  return text.split(/\r\n|\r|\n/).length;
}

function judgeModel(model: ZoneModel): string | null {
  const { tables } = serve([model]);
  const asker = new Asker(tables);
  for (const query of questionsOf(model)) {
    const fault = judgeAnswer(query, asker.ask(query), 0);
    if (fault !== null) return `${fault}, asked ${Buffer.from(query).toString('hex')}`;
    const long = judgeAnswer(query, asker.ask(query, '127.0.0.1', 1), 1);
    if (long !== null) return `over TCP ${long}, asked ${Buffer.from(query).toString('hex')}`;
  }
  return null;
}

function questionsOf({ originText, records, dynamics }: ZoneModel): Uint8Array[] {
  const queries = [buildQuery(originText, 'SOA', { id: ID }), buildQuery(originText, 'ANY', { id: ID, edns: 1232 })];
  for (let row = 0; row < Math.min(records.count, NAMES_ASKED); row++) {
    const at = records.owners[row]!;
    const owner = nameToText(records.bytes.subarray(at, at + nameLength(records.bytes, at)));
    queries.push(buildQuery(owner, typeName(records.types[row]!), { id: ID, edns: 1232 }));
  }
  for (const { owner, type } of dynamics.slice(0, NAMES_ASKED))
    queries.push(buildQuery(nameToText(owner), type, { id: ID, ecs: '192.0.2.0/24' }));
  return queries;
}
