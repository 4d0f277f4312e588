/** Changes to a JSON document at random places of its tree, so that it stays JSON and is no longer what was agreed. */

import type { RandomStream } from '../../src/base/random.ts';
import { chance, mutateOctets, pick } from './mutate-octets.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const VALUES: readonly Json[] = [
  ...[null, true, false, 0, 1, -1, 0.5, 2 ** 53, -(2 ** 53), 1e308, 5e-324, 86_400_000, 2 ** 31, 2 ** 32, -0],
  ...[
    '',
    '0',
    'up',
    'down',
    'NaN',
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '😀',
    '../../x',
    '*',
    'a'.repeat(300),
  ],
  ...[[], [[]], {}, { v: 1 }, { length: 3 }, [null], Array.from({ length: 40 }, () => 0)],
];

/** JSON text of `value` with up to `editsMax` changes, as octets. */
export function mutateJson(random: RandomStream, value: Json, editsMax: number): Uint8Array {
  let tree = value;
  for (let edits = random.nextBelow(editsMax + 1); edits > 0; edits--) tree = mutateTree(random, tree, 0);
  const octets = new TextEncoder().encode(oddNumbers(random, JSON.stringify(tree)));
  return chance(random, 6) ? mutateOctets(random, octets, 4) : octets;
}

function mutateTree(random: RandomStream, tree: Json, depth: number): Json {
  if (typeof tree !== 'object' || tree === null || chance(random, 8)) return pick(random, VALUES);
  if (Array.isArray(tree)) {
    const list = tree as readonly Json[];
    const at = random.nextBelow(list.length + 1);
    if (at === list.length || chance(random, 4)) return list.toSpliced(at, random.nextBelow(2), ...list.slice(0, 2));
    return list.with(at, mutateTree(random, list[at]!, depth + 1));
  }
  const entries = Object.entries(tree);
  const at = random.nextBelow(entries.length + 1);
  const entry = entries[at];
  if (entry === undefined)
    return Object.fromEntries([...entries, [pick(random, ['v', 'extra', '__proto__']), pick(random, VALUES)]]);
  if (chance(random, 8)) return Object.fromEntries(entries.toSpliced(at, 1));
  return Object.fromEntries(entries.with(at, [entry[0], mutateTree(random, entry[1], depth + 1)]));
}

/** Numbers that JSON.stringify does not write, and JSON.parse reads. */
function oddNumbers(random: RandomStream, json: string): string {
  if (!chance(random, 8)) return json;
  const odd = pick(random, ['1e999', '-1e999', '-0', '1E400', '0.1e-400', '9007199254740993', '1'.repeat(400)]);
  return json.replace(/:\d+/, `:${odd}`);
}
