/**
 * Which rule of a record a client fell under, and which fence is around it, for explanations. The query's way knows classes only: rules that lead to one pool
 * are one class, since it makes no difference to the answer. Here the rules of the class are named with their targets and lines, and
 * where the client's place is known only the one that named it.
 */

import type { IpAddress } from '../base/ip-address.ts';
import { type IpPrefix, parseIpPrefix, prefixContains } from '../base/ip-prefix.ts';
import type { Location } from '../geo/location.ts';
import { DynWord, PlaceWord, POOL_WORDS, PoolWord, RULE_WORDS, RuleWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { FenceTrace, RuleTrace, StepTrace } from './trace.ts';

/**
 * The rules of the class `ruleClass` (index of its first rule) of the block at word `block`, in file order; the slots of the RRset stand
 * at word `slotsAt`.
 */
export function traceRules(zone: ZoneTable, block: number, slotsAt: number, ruleClass: number): RuleTrace[] {
  const { words } = zone;
  const at = words[block + DynWord.RULES_AT]!;
  const otherwise = words[block + DynWord.OTHERWISE]!;
  const poolOf = (rule: number) => words[at + rule * RULE_WORDS + RuleWord.POOL]!;
  // With a method of its own the catch-all is a class by itself, even where a target leads to the same pool.
  const isOwnClass = words[block + DynWord.METHOD] !== 0;
  const record = placeOfRecord(zone, block, slotsAt);
  const rules: RuleTrace[] = [];
  for (let rule = 0; rule < words[block + DynWord.CLASS_COUNT]!; rule++) {
    const isOther = isOwnClass && (rule === otherwise) !== (ruleClass === otherwise);
    if (poolOf(rule) === poolOf(ruleClass) && !isOther)
      rules.push(traceRule(zone, at + rule * RULE_WORDS, rule, record));
  }
  return rules;
}

function placeOfRecord({ words, bytes }: ZoneTable, block: number, slotsAt: number): { file: string; line: number } {
  let placeAt = slotsAt;
  for (let pool = 0; pool < words[block + DynWord.POOL_COUNT]!; pool++) {
    placeAt += words[words[block + DynWord.POOLS_AT]! + pool * POOL_WORDS + PoolWord.ENDPOINT_COUNT]!;
  }
  const fileAt = words[placeAt + PlaceWord.FILE]!;
  return { file: decode(bytes, fileAt + 1, bytes[fileAt]!), line: words[placeAt + PlaceWord.LINE]! };
}

function traceRule(
  { words, bytes }: ZoneTable,
  at: number,
  rule: number,
  record: { readonly file: string; readonly line: number },
): RuleTrace {
  const { targets, omitted } = targetsAt(bytes, words[at + RuleWord.TARGETS]!);
  return {
    number: rule + 1,
    file: record.file,
    // A rule that an anchor or an include brought is told by its record.
    line: record.line + Math.max(0, words[at + RuleWord.LINE]!),
    geos: targets.filter((target) => !target.includes('/')),
    subnets: targets.filter((target) => target.includes('/')),
    omitted,
  };
}

/** The fences of the block at word `block`, in file order. */
export function traceFences({ words, bytes }: ZoneTable, block: number): FenceTrace[] {
  const at = words[block + DynWord.FENCES_AT]!;
  return Array.from({ length: words[block + DynWord.FENCE_COUNT]! }, (_, i) => {
    const { targets, omitted } = targetsAt(bytes, words[at + i]!);
    return { number: i + 1, geos: targets, omitted };
  });
}

/** The targets that stand at octet `at`, and how many had no room. */
function targetsAt(bytes: Uint8Array, at: number): { targets: string[]; omitted: number } {
  const targets = decode(bytes, at + 2, (bytes[at]! << 8) | bytes[at + 1]!)
    .split(' ')
    .filter((target) => target !== '');
  const omitted = targets.at(-1)?.startsWith('+') ? Number(targets.pop()) : 0;
  return { targets, omitted };
}

/** A view of shared memory cannot be decoded directly; the copy is a few octets. */
function decode(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(bytes.slice(at, at + length));
}

/**
 * Leaves in `step` the one rule that named a client at `address` and `location`: the first with a subnet around it, else the first with
 * its place, else the one without targets. Several stay where a list of targets was too long to be kept.
 */
export function narrowRules(step: StepTrace, address: IpAddress | IpPrefix, location: Location | null): void {
  if (step.rules.length < 2 || step.rules.some((rule) => rule.omitted > 0)) return;
  const [rule] = [
    ...step.rules.filter((each) => each.subnets.some((subnet) => isWithin(subnet, address))),
    ...step.rules.filter((each) => each.geos.some((geo) => isPlaceOf(geo, location))),
    ...step.rules.filter((each) => each.geos.length + each.subnets.length === 0),
  ];
  if (rule === undefined) return;
  step.rules = [rule];
  step.rule = rule.number;
}

/** Leaves in `step` the first fence that names `location`; all stay where a list of places was too long to be kept. */
export function narrowFences(step: StepTrace, location: Location | null): void {
  if (step.fences.some((fence) => fence.omitted > 0)) return;
  const fence = step.fences.find(({ geos }) => geos.some((geo) => isPlaceOf(geo, location)));
  if (fence !== undefined) step.fences = [fence];
}

function isWithin(subnet: string, address: IpAddress | IpPrefix): boolean {
  const prefix = parseIpPrefix(subnet);
  return typeof prefix === 'object' && prefixContains(prefix, address);
}

function isPlaceOf(geo: string, location: Location | null): boolean {
  if (location === null || location.continent === null) return false;
  const { continent, country, province } = location;
  const [continentOf, countryOf, provinceOf] = geo.split('-');
  if (continentOf !== continent) return false;
  return (countryOf === undefined || countryOf === country) && (provinceOf === undefined || provinceOf === province);
}
