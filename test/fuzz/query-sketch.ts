/**
 * A query as its parts, so that a fuzzer can put a wrong thing into one place and leave the rest right: questions, options of the
 * OPT record, counts that follow the parts or do not.
 */

import type { RandomStream } from '../../src/base/random.ts';
import { EdnsOption } from '../../src/wire/codes.ts';
import { craftOpt, craftQuery, joinBytes, wordBytes } from '../tools/packet-case.ts';
import { chance, mutateOctets, noise, oddWord, pick } from './mutate-octets.ts';

type Question = { name: Uint8Array; type: number; class: number };
type Option = readonly [code: number, data: Uint8Array];
type Opt = { owner: Uint8Array; size: number; version: number; flags: number; options: Option[] };

/** What {@link readSketch} makes of a packet and {@link writeSketch} takes. */
export type QuerySketch = {
  id: number;
  flags: number;
  questions: Question[];
  opt: Opt | null;
  /** Records and whatever else stands behind the questions or the OPT. */
  records: Uint8Array[];
  tail: Uint8Array;
};

const TYPES = [1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 35, 39, 41, 43, 64, 65, 99, 249, 250, 251, 252, 253, 255, 256, 257];
const CLASSES = [1, 1, 1, 1, 3, 4, 254, 255, 0];
const FLAGS = [0x0000, 0x0100, 0x0110, 0x0120, 0x7fff, 0x0800, 0x2000, 0x2800, 0x3000, 0x0400, 0x0080, 0x8000, 0x8180];
const SIZES = [0, 1, 511, 512, 513, 1231, 1232, 1233, 4096, 65_535];
const OPTION_CODES = [...Object.values(EdnsOption), EdnsOption.COOKIE, EdnsOption.CLIENT_SUBNET, 5, 9, 14, 16, 65_001];
const RECORD_TYPES = [1, 6, 16, 24, 41, 46, 250, 65_280];

/** The parts of a packet that is whole; null where it is not. */
export function readSketch(bytes: Uint8Array): QuerySketch | null {
  if (bytes.length < 12) return null;
  const word = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  const questions: Question[] = [];
  let at = 12;
  for (let i = 0; i < word(4); i++) {
    const from = at;
    while (at < bytes.length && bytes[at]! > 0 && bytes[at]! < 64) at += 1 + bytes[at]!;
    if (at + 5 > bytes.length || bytes[at] !== 0) return null;
    questions.push({ name: bytes.slice(from, at + 1), type: word(at + 1), class: word(at + 3) });
    at += 5;
  }
  const hasOpt = word(6) + word(8) === 0 && word(10) === 1 && bytes[at] === 0 && word(at + 1) === 41;
  const end = at + 11 + word(at + 9);
  if (!hasOpt || end > bytes.length)
    return { id: word(0), flags: word(2), questions, opt: null, records: [], tail: bytes.slice(at) };
  const options: Option[] = [];
  for (let next = at + 11; next + 4 <= end; next += 4 + word(next + 2))
    options.push([word(next), bytes.slice(next + 4, next + 4 + word(next + 2))]);
  const opt = { owner: Uint8Array.of(0), size: word(at + 3), version: bytes[at + 6]!, flags: word(at + 7), options };
  return { id: word(0), flags: word(2), questions, opt, records: [], tail: bytes.slice(end) };
}

/** The packet; counts follow the parts unless `random` lies about them. */
export function writeSketch(sketch: QuerySketch, random: RandomStream): Uint8Array {
  const { id, flags, questions, opt, records, tail } = sketch;
  const additional = [...records, ...(opt === null ? [] : [craftOpt(opt)])];
  const lies = chance(random, 24);
  const count = (true_: number) => (lies && chance(random, 3) ? oddWord(random) : true_);
  const counts = [count(questions.length), count(0), count(0), count(additional.length)] as const;
  const raw = questions.map((each) => joinBytes(each.name, wordBytes(each.type, each.class)));
  return craftQuery({ id, flags, counts, questions: raw, additional, tail });
}

/** Changes some parts of `sketch`; `names` are names in wire form that questions may be about. */
export function mutateSketch(random: RandomStream, sketch: QuerySketch, names: readonly Uint8Array[]): void {
  sketch.id = random.nextBelow(65_536);
  if (chance(random, 6)) sketch.flags = chance(random, 2) ? pick(random, FLAGS) : random.nextBelow(65_536);
  if (chance(random, 30)) sketch.questions = chance(random, 2) ? [] : [...sketch.questions, ...sketch.questions];
  for (const question of sketch.questions) mutateQuestion(random, question, names);
  if (chance(random, 8)) sketch.opt = sketch.opt === null ? newOpt() : null;
  if (sketch.opt !== null) mutateOpt(random, sketch.opt);
  if (chance(random, 24)) sketch.records.push(newRecord(random, sketch));
  if (chance(random, 24)) sketch.tail = noise(random, random.nextBelow(24));
}

function mutateQuestion(random: RandomStream, question: Question, names: readonly Uint8Array[]): void {
  if (chance(random, 2)) question.name = pick(random, names);
  if (chance(random, 3)) question.name = mutateName(random, question.name);
  if (chance(random, 2)) question.type = chance(random, 12) ? oddWord(random) : pick(random, TYPES);
  if (chance(random, 8)) question.class = pick(random, CLASSES);
}

function mutateName(random: RandomStream, name: Uint8Array): Uint8Array {
  const label = (length: number) => joinBytes(Uint8Array.of(length), noise(random, length));
  switch (random.nextBelow(7)) {
    case 0:
      return joinBytes(label(1 + random.nextBelow(8)), name);
    case 1:
      return joinBytes(Uint8Array.of(1, 0x2a), name);
    case 2: {
      const labels = Array.from({ length: random.nextBelow(6) }, () => label(1 + random.nextBelow(63)));
      return joinBytes(...labels, name);
    }
    case 3:
      return joinBytes(...Array.from({ length: random.nextBelow(127) }, () => Uint8Array.of(1, 0x61)), name);
    case 4:
      // 0x20: the case of letters is the client's.
      return name.map((octet) => (octet >= 0x61 && octet <= 0x7a && chance(random, 2) ? octet - 32 : octet));
    case 5:
      return joinBytes(name.subarray(0, -1), Uint8Array.of(0xc0, random.nextBelow(32)));
    default:
      return mutateOctets(random, name, 3);
  }
}

function newOpt(): Opt {
  return { owner: Uint8Array.of(0), size: 1232, version: 0, flags: 0, options: [] };
}

function mutateOpt(random: RandomStream, opt: Opt): void {
  if (chance(random, 3)) opt.size = pick(random, SIZES);
  if (chance(random, 24)) opt.version = random.nextBelow(256);
  if (chance(random, 4)) opt.flags = chance(random, 3) ? random.nextBelow(65_536) : 0x8000;
  if (chance(random, 48)) opt.owner = chance(random, 2) ? Uint8Array.of(1, 0x61, 0) : Uint8Array.of(0xc0, 12);
  if (chance(random, 6)) opt.options = [];
  while (chance(random, 2) && opt.options.length < 8) opt.options.push(newOption(random));
}

/** An option of a known kind, mostly as it should be. */
function newOption(random: RandomStream): Option {
  const code = pick(random, OPTION_CODES);
  if (chance(random, 8)) return [code, noise(random, random.nextBelow(chance(random, 4) ? 300 : 24))];
  switch (code) {
    case EdnsOption.CLIENT_SUBNET:
      return [code, clientSubnet(random)];
    case EdnsOption.COOKIE:
      return [code, noise(random, pick(random, [8, 8, 16, 24, 24, 32, 40, 7, 9, 15, 41]))];
    default:
      return [code, noise(random, pick(random, [0, 0, 0, 1, 2, 4, 8, 64]))];
  }
}

/** RFC 7871 6, mostly kept to. */
function clientSubnet(random: RandomStream): Uint8Array {
  const family = chance(random, 12) ? oddWord(random) : 1 + random.nextBelow(2);
  const source = chance(random, 12) ? random.nextBelow(256) : random.nextBelow((family === 1 ? 32 : 128) + 1);
  const octets = Math.ceil(source / 8) + (chance(random, 12) ? 1 : 0);
  const start =
    family === 1
      ? [
          [192, 0, 2, 0],
          [10, 9, 8, 7],
          [198, 18, 0, 0],
        ]
      : [[0x20, 1, 0x0d, 0xb8, 0, 2], [0]];
  const address = Uint8Array.from({ length: octets }, (_, i) => pick(random, start)[i] ?? random.nextBelow(256));
  const spare = (8 - (source & 7)) & 7;
  if (octets > 0 && !chance(random, 12)) address[octets - 1] = (address[octets - 1]! >> spare) << spare;
  return joinBytes(wordBytes(family), Uint8Array.of(source, chance(random, 12) ? random.nextBelow(130) : 0), address);
}

/** A record in the additional section: a second OPT, a signature, something else. */
function newRecord(random: RandomStream, sketch: QuerySketch): Uint8Array {
  const type = pick(random, RECORD_TYPES);
  if (type === 41) return craftOpt(sketch.opt ?? newOpt());
  const rdata = noise(random, random.nextBelow(40));
  const owner = chance(random, 2) ? Uint8Array.of(0xc0, 12) : Uint8Array.of(0);
  return joinBytes(owner, wordBytes(type, chance(random, 2) ? 1 : 255, 0, 0, rdata.length), rdata);
}
