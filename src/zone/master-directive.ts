/** The directives of a master file: `$ORIGIN`, `$TTL`, `$INCLUDE` (RFC 1035 5.1, RFC 2308 4) and BIND's `$GENERATE`. */

import { INCLUDE_DEPTH_MAX, INCLUDE_FILES_MAX } from '../base/limits.ts';
import { characterStringOctets } from '../wire/character-string.ts';
import { lowerName, nameFromText } from '../wire/name.ts';
import { durationSeconds } from '../wire/rdata-duration.ts';
import { describeNameFault, quoteForFault } from '../wire/rdata-token.ts';
import { generateRecords } from './master-generate.ts';
import { faultAtWord, type MasterFile, type MasterZone } from './master-state.ts';

/** RFC 2181 8: a TTL is 31 bits. */
const TTL_MAX = 0x7fffffff;

/** Reads an included file: handed in by the master reader, which reads files. */
type ReadFile = (zone: MasterZone, path: string, text: string, origin: Uint8Array, from: MasterFile) => void;

/** Obeys the directive in the current entry of `file`; false after a fault. */
export function readDirective(zone: MasterZone, file: MasterFile, readFile: ReadFile): boolean {
  const name = file.lexer.word(0);
  switch (name.toUpperCase()) {
    case '$ORIGIN':
      return setOrigin(zone, file);
    case '$TTL':
      return setTtl(zone, file);
    case '$INCLUDE':
      return includeFile(zone, file, readFile);
    case '$GENERATE':
      return generateRecords(zone, file);
    default:
      return refuse(
        zone,
        file,
        0,
        'directive-unknown',
        `${quoteForFault(name)} is no directive: $ORIGIN, $TTL, $INCLUDE and $GENERATE are; an owner that begins with a dollar sign is written \\$`,
      );
  }
}

function setOrigin(zone: MasterZone, file: MasterFile): boolean {
  if (file.lexer.count !== 2) return refuse(zone, file, 1, 'directive-invalid', '$ORIGIN takes one name');
  const origin = readName(zone, file, 1);
  if (origin === null) return false;
  file.origin = origin;
  file.originLower = lowerName(origin);
  return true;
}

function setTtl(zone: MasterZone, file: MasterFile): boolean {
  const seconds = file.lexer.count === 2 ? durationSeconds(file.lexer.word(1)) : -1;
  if (seconds < 0 || seconds > TTL_MAX) {
    return refuse(zone, file, 1, 'directive-invalid', `$TTL takes one time: seconds up to ${TTL_MAX}, or like 1h30m`);
  }
  zone.defaultTtl = seconds;
  return true;
}

function includeFile(zone: MasterZone, file: MasterFile, readFile: ReadFile): boolean {
  const { lexer } = file;
  if (lexer.count < 2 || lexer.count > 3) {
    return refuse(zone, file, 1, 'directive-invalid', '$INCLUDE takes a file and perhaps an origin');
  }
  const origin = lexer.count === 3 ? readName(zone, file, 2) : file.origin;
  if (origin === null) return false;
  const octets = characterStringOctets(lexer.word(1));
  if (octets === null)
    return refuse(zone, file, 1, 'directive-invalid', 'the file name has a bad escape: write \\\\ for \\');
  const path = new TextDecoder().decode(octets);
  if (++zone.filesIncluded > INCLUDE_FILES_MAX) {
    // Said once: a thousand files that each include a thousand would say it a million times.
    if (zone.filesIncluded > INCLUDE_FILES_MAX + 1) return true;
    return refuse(
      zone,
      file,
      1,
      'include-count',
      `the zone includes over ${INCLUDE_FILES_MAX} files (INCLUDE_FILES_MAX): join some`,
    );
  }
  if (file.stack.length > INCLUDE_DEPTH_MAX) {
    return refuse(
      zone,
      file,
      1,
      'include-depth',
      `includes go over ${INCLUDE_DEPTH_MAX} deep (INCLUDE_DEPTH_MAX): flatten them`,
    );
  }
  const found = zone.include(path, file.path);
  if (typeof found === 'string') return refuse(zone, file, 1, 'include-failed', found);
  if (file.stack.includes(found.path)) {
    return refuse(zone, file, 1, 'include-loop', 'the file includes itself, straight or through others: take one out');
  }
  readFile(zone, found.path, found.text, origin, file);
  return true;
}

function readName(zone: MasterZone, file: MasterFile, word: number): Uint8Array | null {
  const text = file.lexer.word(word);
  const name = /^[\x20-\x7e]*$/.test(text) ? nameFromText(text, file.origin) : 'bad-escape';
  if (typeof name !== 'string') return name;
  refuse(zone, file, word, 'name-invalid', describeNameFault(name, text));
  return null;
}

function refuse(zone: MasterZone, file: MasterFile, word: number, code: string, message: string): false {
  faultAtWord(zone, file, word, 'error', code, message);
  return false;
}
