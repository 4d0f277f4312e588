/**
 * What has been pushed of the loads of endpoints: the newest report on each check with its time by the node's own clock, and which
 * checks an endpoint in a push's words means. A check that the zones no longer have is forgotten, so that there are never more reports
 * than checks. Pure; owned by `redis/load-feed.ts`.
 */

import type { EndpointRegistry } from './endpoint-registry.ts';
import { endpointText, type LoadPush, recordText } from './load-push.ts';
import { encodeLoad, type LoadReport } from './load-report.ts';

/** A report, and when it was true. */
export type PushedLoad = { readonly report: LoadReport; readonly atMs: number };

/** Which report of several cannot be taken, and why and what to do, in words for whoever pushed it. */
export type PushFault = { readonly index: number; readonly fault: string };

/** What the zones have at one value: its checks, and those at each name. */
type Place = { readonly checks: Set<string>; readonly byName: Map<string, readonly string[]> };

const NO_CHECKS: readonly string[] = [];
/** Of a pusher's own words in a fault. */
const WORD_CHARS_MAX = 100;

/** Owner of the reports of one node. */
export class PushedLoads {
  readonly #registry: EndpointRegistry;
  /** By the endpoint's value; made when a push wants it, since most nodes never hear one. */
  #places: Map<string, Place> | null = null;
  /** By check. */
  readonly #held = new Map<string, PushedLoad>();

  constructor(registry: EndpointRegistry) {
    this.#registry = registry;
  }

  /** The first of `pushes` that cannot be taken, or null. */
  faultIn(pushes: readonly LoadPush[]): PushFault | null {
    /** By check: who has spoken of it. */
    const speakers = new Map<string, number>();
    for (const [index, push] of pushes.entries()) {
      const checks = this.#checksOf(push);
      if (checks.size === 0) return { index, fault: this.#whyUnknown(push) };
      for (const check of checks) {
        const other = speakers.get(check) ?? index;
        if (!isSame(pushes[other]!, push)) return { index, fault: whyTwice(other) };
        speakers.set(check, other);
      }
    }
    return null;
  }

  /** Takes what is newer than what is known; how many checks were meant. What no zone has is passed over: another node may have it. */
  take(pushes: readonly LoadPush[], nowMs: number): number {
    const meant = new Set<string>();
    for (const push of pushes) {
      const { ageMs, ...report } = push.load;
      const atMs = nowMs - ageMs;
      for (const check of this.#checksOf(push)) {
        meant.add(check);
        if (atMs >= (this.#held.get(check)?.atMs ?? Number.NEGATIVE_INFINITY)) this.#held.set(check, { report, atMs });
      }
    }
    return meant.size;
  }

  /** The newest report on a check, however old; null: none was pushed. */
  newestOf(check: string): PushedLoad | null {
    return this.#held.get(check) ?? null;
  }

  /** The registry has been given other endpoints. */
  zonesChanged(): void {
    this.#places = null;
    if (this.#held.size === 0) return;
    const known = new Set<string>();
    for (const { spec } of this.#registry.endpoints()) known.add(spec.check.id);
    for (const check of this.#held.keys()) if (!known.has(check)) this.#held.delete(check);
  }

  #checksOf({ endpoint, name }: LoadPush): ReadonlySet<string> {
    const place = this.#placesNow().get(endpoint);
    if (place === undefined || name === null) return place?.checks ?? new Set();
    return new Set(place.byName.get(name) ?? NO_CHECKS);
  }

  #placesNow(): Map<string, Place> {
    this.#places ??= placesIn(this.#registry);
    return this.#places;
  }

  #whyUnknown({ endpoint, name }: LoadPush): string {
    const place = this.#placesNow().get(endpoint);
    if (place === undefined) {
      const cure = 'write "endpoint" as the value stands in a pool of the zone file';
      return `no steered record of this node has an endpoint ${shortened(endpoint)}; ${cure}`;
    }
    const [instead] = place.byName.keys();
    const cure = `write "name" as one of its records (${shortened(instead!)} …), or leave it out for all of them`;
    return `the endpoint ${shortened(endpoint)} stands at no record ${shortened(name ?? '')}; ${cure}`;
  }
}

/** Names are many, values and checks few: a value is read once, and the list of one check is shared by all of its names. */
function placesIn(registry: EndpointRegistry): Map<string, Place> {
  const places = new Map<string, Place>();
  const placeOfValue = new Map<string, Place>();
  const alone = new Map<string, readonly string[]>();
  for (const { spec } of registry.endpoints()) {
    const { value } = spec;
    const place = placeOfValue.get(value) ?? placeAt(endpointText(value), places);
    placeOfValue.set(value, place);
    const { id } = spec.check;
    const single = alone.get(id) ?? [id];
    alone.set(id, single);
    place.checks.add(id);
    const name = recordText(spec.name);
    const others = place.byName.get(name);
    if (others === undefined) place.byName.set(name, single);
    else if (!others.includes(id)) place.byName.set(name, [...others, id]);
  }
  return places;
}

function placeAt(text: string, places: Map<string, Place>): Place {
  const place = places.get(text) ?? { checks: new Set(), byName: new Map() };
  places.set(text, place);
  return place;
}

function isSame(a: LoadPush, b: LoadPush): boolean {
  return a === b || encodeLoad(a.load).join() === encodeLoad(b.load).join();
}

function whyTwice(other: number): string {
  const cure = 'send one report for both, or give the endpoints checks of their own';
  return `it says another load than report ${other} of an endpoint with the same health check; ${cure}`;
}

function shortened(word: string): string {
  return JSON.stringify(word.length > WORD_CHARS_MAX ? `${word.slice(0, WORD_CHARS_MAX)}…` : word);
}
