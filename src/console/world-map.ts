/**
 * The world as paths: the bundled map (world-atlas 1:110m), projected once. Antarctica is left out, since nobody asks from there and
 * it takes a fifth of the height.
 */

import { geoGraticule10, geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { countryCode } from './country-codes.ts';

/** The box that all paths and points are in. */
export const MAP_WIDTH = 960;
export const MAP_HEIGHT = 440;

/** A country; `code` is null for land without one. */
export type MapCountry = { readonly code: string | null; readonly name: string; readonly path: string };

/** The map, and where a place is on it. */
export type WorldMap = {
  readonly countries: readonly MapCountry[];
  readonly graticule: string;
  /** Degrees to the map's box; null for a place that the projection does not show. */
  readonly pointOf: (longitude: number, latitude: number) => readonly [number, number] | null;
};

type CountryProperties = { readonly name: string };

/** Projects `topology`, the contents of world-atlas' `countries-110m.json`. About 20 ms. */
export function drawWorld(topology: unknown): WorldMap {
  const world = topology as Topology<{ countries: GeometryCollection<CountryProperties> }>;
  const all = feature(world, world.objects.countries);
  const shown = { ...all, features: all.features.filter(({ id }) => id !== '010') };
  const projection = geoNaturalEarth1()
    .rotate([-11, 0])
    .fitSize([MAP_WIDTH, MAP_HEIGHT], shown)
    // With the rotation the eastern tip of Siberia stays with the rest of it.
    .precision(0.5);
  const path = geoPath(projection).digits(1);
  return {
    countries: shown.features.map((country) => ({
      code: countryCode(country.id === undefined ? undefined : String(country.id), country.properties.name),
      name: country.properties.name,
      path: path(country) ?? '',
    })),
    graticule: path(geoGraticule10()) ?? '',
    pointOf: (longitude, latitude) => projection([longitude, latitude]),
  };
}
