/** What lies over the countries of the map: the bows by which answers flow, and the regions with their agents. It takes no part in pointing. */

import { useMemo } from 'preact/hooks';
import { type AnswerFlow, bowPath } from './answer-flows.ts';
import type { RegionsAnswer } from './api-answers.ts';
import { fillOf, type RegionPaint } from './region-palette.ts';
import { MAP_HEIGHT, MAP_WIDTH, type WorldMap } from './world-map.ts';

type Region = RegionsAnswer['regions'][number];

type Input = {
  readonly world: WorldMap;
  readonly regions: readonly Region[];
  readonly paints: ReadonlyMap<string, RegionPaint>;
  readonly down?: ReadonlySet<string>;
  readonly flows?: readonly AnswerFlow[];
  /** Queries are coming in: the bows move. */
  readonly isFlowing?: boolean;
};

/** Names right of their point, unless the map ends there. */
const NAME_WIDTH = 110;
/** Agents of a region that are drawn; the table has their number. */
const AGENTS_MAX = 5;
const AGENT_GAP = 6;

/** A layer of its own, so that what moves in it does not paint the countries anew. */
export function MapOverlay({ world, regions, paints, down, flows = [], isFlowing = false }: Input) {
  return (
    <svg class="overlay" viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`} aria-hidden="true">
      <Flows world={world} regions={regions} flows={flows} isFlowing={isFlowing} />
      <g class="regions">
        {regions.map((region) => (
          <RegionPoint
            key={region.region}
            region={region}
            world={world}
            paint={paints.get(region.region)}
            isDown={down?.has(region.region) === true}
          />
        ))}
      </g>
    </svg>
  );
}

function Flows({
  world,
  regions,
  flows,
  isFlowing,
}: Required<Pick<Input, 'world' | 'regions' | 'flows' | 'isFlowing'>>) {
  const bows = useMemo(() => {
    const points = new Map(
      regions.map(({ region, longitude, latitude }) => [
        region,
        longitude === null || latitude === null ? null : world.pointOf(longitude, latitude),
      ]),
    );
    return flows.flatMap(({ country, by, longitude, latitude, weight }) => {
      const [from, to] = [points.get(by) ?? null, world.pointOf(longitude, latitude)];
      return from === null || to === null ? [] : [{ country, by, path: bowPath(from, to), weight }];
    });
  }, [world, regions, flows]);
  return (
    <g class={`flows${isFlowing ? ' is-flowing' : ''}`}>
      {bows.map(({ country, by, path, weight }) => (
        <path
          key={`${country} ${by}`}
          d={path}
          data-flow={`${by} ${country}`}
          stroke-width={(1.2 + 6 * Math.sqrt(weight)).toFixed(2)}
        />
      ))}
    </g>
  );
}

type PointInput = {
  readonly region: Region;
  readonly world: WorldMap;
  readonly paint: RegionPaint | undefined;
  readonly isDown: boolean;
};

function RegionPoint({ region: { region, longitude, latitude, endpoints, agents }, world, paint, isDown }: PointInput) {
  const point = longitude === null || latitude === null ? null : world.pointOf(longitude, latitude);
  if (point === null) return null;
  const [x, y] = point;
  const isOut = isDown || (endpoints.up === 0 && endpoints.down > 0);
  const side = x < MAP_WIDTH - NAME_WIDTH ? 1 : -1;
  const shown = Math.min(agents.known, AGENTS_MAX);
  return (
    <g class={`region${isOut ? ' is-out' : ''}`} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <circle class="point" r="6.5" fill={fillOf(paint)} />
      {isOut && <path class="cross" d="M-4-4 4 4M4-4-4 4" />}
      <text x={11 * side} y="4" text-anchor={side > 0 ? 'start' : 'end'}>
        {region}
      </text>
      {Array.from({ length: shown }, (_, i) => (
        <circle
          key={i}
          class={`agent${i < agents.fresh ? '' : ' is-silent'}`}
          cx={(i - (shown - 1) / 2) * AGENT_GAP}
          cy="13"
          r="2.2"
        />
      ))}
    </g>
  );
}
