/** Regions in rows: how many of their endpoints serve, how far they are, and what part of the answers they have. */

import type { HistoryAnswer, RegionsAnswer } from './api-answers.ts';
import type { EndpointState } from './endpoint-state.ts';
import { countText, millisecondsText, percentText } from './figures.ts';
import { writeRoute } from './page-route.ts';
import type { RegionPaint } from './region-palette.ts';
import { Quiet, Scroll, Sparkline, StateMark, StateStrip, Swatch } from './view-parts.tsx';

type Input = {
  readonly regions: RegionsAnswer['regions'];
  readonly history: HistoryAnswer | null;
  readonly paints: ReadonlyMap<string, RegionPaint>;
};

/** One row for each region that anything knows. */
export function RegionTable({ regions, history, paints }: Input) {
  if (regions.length === 0)
    return <Quiet>No regions yet: name them in regions.yaml and in the pools of your zones.</Quiet>;
  return (
    <Scroll label="Regions">
      <table class="region-table">
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col">Endpoints</th>
            <th scope="col">Agents</th>
            <th scope="col" class="number">
              Latency
            </th>
            <th scope="col">Over time</th>
            <th scope="col" class="number">
              Answers
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map((row) => (
            <tr key={row.region} data-region={row.region}>
              <th scope="row">
                <a href={writeRoute('endpoints', { filter: row.region })}>
                  <Swatch paint={paints.get(row.region)} /> {row.region}
                </a>
                {row.label !== null && <span class="quiet block">{row.label}</span>}
              </th>
              <td>
                <StateMark state={stateOf(row.endpoints)} word={endpointsText(row.endpoints)} />
              </td>
              <td>{agentsText(row.agents)}</td>
              <td class="number">{millisecondsText(row.latencyMs)}</td>
              <td>
                <Sparkline
                  points={history?.regions.find(({ region }) => region === row.region)?.latencyMs ?? []}
                  label={`latency of ${row.region} over time, now ${millisecondsText(row.latencyMs)}`}
                />
                <StateStrip states={history?.regions.find(({ region }) => region === row.region)?.states ?? ''} />
              </td>
              <td class="number">{percentText(row.answeredShare)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type Counts = RegionsAnswer['regions'][number]['endpoints'];

function stateOf({ up, down, unknown, barred }: Counts): EndpointState {
  if (down > 0) return 'down';
  if (barred > 0) return 'held';
  return up > 0 || unknown === 0 ? 'up' : 'unknown';
}

function endpointsText({ up, down, unknown }: Counts): string {
  const all = up + down + unknown;
  if (all === 0) return 'none';
  if (down === 0 && unknown === all) return countText(all, 'not checked', 'not checked');
  return `${all - down} of ${all} serve`;
}

function agentsText({ fresh, known }: RegionsAnswer['regions'][number]['agents']): string {
  if (known === 0) return '–';
  return fresh === known ? String(known) : `${fresh} of ${known} heard`;
}
