/** The map as a table: the same facts for those who cannot or would not point at countries. */

import { useMemo, useState } from 'preact/hooks';
import { countryName } from './country-name.ts';
import { percentText } from './figures.ts';
import { type ServedCountry, servedText } from './map-shares.ts';
import type { RegionPaint } from './region-palette.ts';
import { pageOf } from './table-page.ts';
import { Pager, Scroll, Swatch } from './view-parts.tsx';

type Input = {
  readonly countries: ReadonlyMap<string, ServedCountry>;
  readonly paints: ReadonlyMap<string, RegionPaint>;
  readonly onPick?: (code: string) => void;
};

/** Countries by their part of all clients. */
export function CountryTable({ countries, paints, onPick }: Input) {
  const [wanted, setWanted] = useState(0);
  const rows = useMemo(() => [...countries.values()].sort((a, b) => b.clients - a.clients), [countries]);
  const page = pageOf(rows, wanted);
  return (
    <Scroll label="Countries">
      <table>
        <thead>
          <tr>
            <th scope="col">Country</th>
            <th scope="col" class="number">
              Clients
            </th>
            <th scope="col">Served by</th>
            {onPick !== undefined && (
              <th scope="col">
                <span class="unseen">Explain</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.code}>
              <th scope="row">{countryName(row.code)}</th>
              <td class="number">{percentText(row.clients)}</td>
              <td>
                <Swatch paint={paints.get(row.by)} /> {servedText(row)}
              </td>
              {onPick !== undefined && (
                <td>
                  {row.code !== '' && (
                    <button type="button" class="small" onClick={() => onPick(row.code)}>
                      Explain<span class="unseen"> {countryName(row.code)}</span>
                    </button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <Pager page={page} onPage={setWanted} />
    </Scroll>
  );
}
