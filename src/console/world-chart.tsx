/** The map itself: countries in the colour of who serves them, regions as points, and what is under the pointer in words. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AnswerFlow } from './answer-flows.ts';
import type { RegionsAnswer } from './api-answers.ts';
import { countryName } from './country-name.ts';
import { percentText } from './figures.ts';
import { MapOverlay } from './map-overlay.tsx';
import { type ServedCountry, servedText } from './map-shares.ts';
import { fillOf, REGION_COLOURS, type RegionPaint } from './region-palette.ts';
import { drawWorld, MAP_HEIGHT, MAP_WIDTH, type WorldMap } from './world-map.ts';

type Input = {
  readonly countries: ReadonlyMap<string, ServedCountry>;
  readonly regions: RegionsAnswer['regions'];
  readonly paints: ReadonlyMap<string, RegionPaint>;
  /** Countries to set off, and the regions that are crossed out. */
  readonly marked?: ReadonlySet<string>;
  readonly down?: ReadonlySet<string>;
  /** Bows from regions to where queries come from, and whether they come now. */
  readonly flows?: readonly AnswerFlow[];
  readonly isFlowing?: boolean;
  readonly label: string;
  readonly onPick?: (code: string) => void;
};

let worldMap: Promise<WorldMap> | null = null;

/** The map's data is a file of its own that comes behind the page; it is projected once. */
function loadWorld(): Promise<WorldMap> {
  worldMap ??= import('world-atlas/countries-110m.json').then(({ default: topology }) => drawWorld(topology));
  return worldMap;
}

/** A map for the eye and the pointer; whoever uses it puts the same as a table beside it. */
export function WorldChart(input: Input) {
  const { countries, label } = input;
  const [world, setWorld] = useState<WorldMap | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    void loadWorld().then((map) => isShown && setWorld(map));
    return () => {
      isShown = false;
    };
  }, []);
  const served = pointed === null ? undefined : countries.get(pointed);
  return (
    <figure class="world">
      <div class="layers">
        <svg
          viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`}
          role="img"
          aria-label={label}
          class={world === null ? 'is-loading' : ''}
        >
          <Hatches />
          {world !== null && (
            <>
              <path class="graticule" d={world.graticule} />
              <Countries {...input} world={world} onPoint={setPointed} />
            </>
          )}
        </svg>
        {world !== null && <MapOverlay {...input} world={world} />}
      </div>
      <figcaption>
        {pointed === null ? (
          <span class="quiet">
            Point at a country to see who serves it{input.onPick === undefined ? '' : ', click it to see why'}.
          </span>
        ) : (
          <span>
            <strong>{countryName(pointed)}</strong>{' '}
            {served === undefined
              ? 'has no clients in the geo data'
              : `${servedText(served)} · ${percentText(served.clients)} of all clients`}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function Countries({
  world,
  countries,
  paints,
  marked,
  onPick,
  onPoint,
}: Input & { readonly world: WorldMap; readonly onPoint: (code: string | null) => void }) {
  return useMemo(
    () => (
      <g class={`countries${onPick === undefined ? '' : ' is-pickable'}`} onPointerLeave={() => onPoint(null)}>
        {world.countries.map(({ code, path }, i) => {
          const served = code === null ? undefined : countries.get(code);
          const isMixed = served !== undefined && served.share < 0.95;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; the table beside it has a button for each country
            <path
              // The map's order never changes, and some pieces of land have no code.
              key={i}
              d={path}
              data-country={code ?? undefined}
              data-by={served?.by}
              class={`${code !== null && marked?.has(code) === true ? 'is-marked' : ''}${isMixed ? ' is-mixed' : ''}`}
              fill={fillOf(served === undefined ? undefined : paints.get(served.by))}
              onPointerEnter={() => code !== null && onPoint(code)}
              onClick={() => code !== null && served !== undefined && onPick?.(code)}
            />
          );
        })}
      </g>
    ),
    [world, countries, paints, marked, onPick, onPoint],
  );
}

/** Hatched kinds of the colours, for regions beyond the eighth. */
function Hatches() {
  return (
    <defs>
      {Array.from({ length: REGION_COLOURS }, (_, i) => (
        <pattern
          key={i}
          id={`hatch-${i}`}
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" fill={`var(--region-${i})`} />
          <rect width="1.6" height="5" fill="var(--surface)" />
        </pattern>
      ))}
    </defs>
  );
}
