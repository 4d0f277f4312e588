/**
 * Answers as they flow: from the regions that serve to the places where this node's queries come from. Made of the demand that the node
 * counts (`/api/v1/demand`) and of the map; a line for each country and region that serves a part of it.
 */

import type { DemandAnswer } from './api-answers.ts';
import type { ServedCountry } from './map-shares.ts';

/** A line of the map; `weight` is its part of all flows, 0..1. */
export type AnswerFlow = {
  readonly country: string;
  readonly by: string;
  /** Degrees; the middle of where the country's queries come from. */
  readonly longitude: number;
  readonly latitude: number;
  readonly weight: number;
};

/** Lines that a map bears; the largest are shown. */
const FLOWS_MAX = 60;
/** `EU-DE-BE@+52.520+013.405`, as the node writes places. */
const PLACE = /^[A-Z]{2}-([A-Z]{2})(?:-[A-Z0-9]{1,4})?@([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)$/;

/** The largest flows, largest first. Places without coordinates, and countries that `served` does not have, are left out. */
export function answerFlows(
  demand: Pick<DemandAnswer, 'places'>,
  served: ReadonlyMap<string, ServedCountry>,
): readonly AnswerFlow[] {
  const countries = new Map<string, { queries: number; x: number; y: number; z: number }>();
  for (const { place, queries } of demand.places) {
    const match = PLACE.exec(place);
    if (match === null || queries <= 0) continue;
    const [latitude, longitude] = [radians(Number(match[2])), radians(Number(match[3]))];
    const sum = countries.get(match[1]!) ?? { queries: 0, x: 0, y: 0, z: 0 };
    countries.set(match[1]!, {
      queries: sum.queries + queries,
      // On the sphere, so that the middle of Russia or Fiji is not on the other side of the world.
      x: sum.x + queries * Math.cos(latitude) * Math.cos(longitude),
      y: sum.y + queries * Math.cos(latitude) * Math.sin(longitude),
      z: sum.z + queries * Math.sin(latitude),
    });
  }
  const flows = Array.from(countries).flatMap(([country, { queries, x, y, z }]) =>
    (served.get(country)?.all ?? []).map(({ by, share }) => ({
      country,
      by,
      longitude: degrees(Math.atan2(y, x)),
      latitude: degrees(Math.atan2(z, Math.hypot(x, y))),
      weight: queries * share,
    })),
  );
  const total = flows.reduce((sum, { weight }) => sum + weight, 0);
  return flows
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, FLOWS_MAX)
    .map((flow) => ({ ...flow, weight: flow.weight / total }));
}

/** A bow from a region to a place, as the path of an SVG; it bends towards the top of the map, as great circles of the north do. */
export function bowPath([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2 - length * 0.22];
  return `M${short(x1)} ${short(y1)}Q${short(x)} ${short(y)} ${short(x2)} ${short(y2)}`;
}

function radians(value: number): number {
  return (value * Math.PI) / 180;
}

function degrees(value: number): number {
  return (value * 180) / Math.PI;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}
