/** What pools were answered of late beside what the zone files want, largest difference first. */

import { useMemo, useState } from 'preact/hooks';
import type { SharesAnswer } from './api-answers.ts';
import { amountText, durationText, percentText } from './figures.ts';
import { writeRoute } from './page-route.ts';
import { pageOf } from './table-page.ts';
import { Pager, Quiet, Scroll } from './view-parts.tsx';

type Pool = SharesAnswer['pools'][number];

/** One row for each pool; where no weight decides between pools there is a share that was answered and none that was configured. */
export function ShareTable({ shares }: { readonly shares: SharesAnswer }) {
  const [wanted, setWanted] = useState(0);
  const rows = useMemo(() => shares.pools.toSorted((a, b) => offBy(b) - offBy(a)), [shares]);
  const page = pageOf(rows, wanted);
  if (rows.length === 0) return <Quiet>No pool has been asked for.</Quiet>;
  return (
    <>
      <p class="quiet">
        Answers of this node within {durationText(shares.windowSeconds)}.
        {shares.lastResortAnswers.recent > 0 &&
          ` ${amountText(shares.lastResortAnswers.recent)} more were the records' own values.`}
      </p>
      <Scroll label="Pools: answered against configured">
        <table class="share-table">
          <thead>
            <tr>
              <th scope="col">Record and pool</th>
              <th scope="col" class="number">
                Answers
              </th>
              <th scope="col">Answered share</th>
              <th scope="col" class="number">
                Configured
              </th>
            </tr>
          </thead>
          <tbody>
            {page.rows.map((row) => (
              <tr key={`${row.name} ${row.type} ${row.pool}`} data-pool={`${row.name} ${row.type} ${row.pool}`}>
                <th scope="row">
                  <a href={writeRoute('explain', { name: row.name, type: row.type })}>
                    {row.name} {row.type}
                  </a>
                  <span class="quiet block">{row.pool}</span>
                </th>
                <td class="number">{amountText(row.answers)}</td>
                <td>
                  <ShareBar answered={row.answeredShare} configured={row.configuredShare} />
                </td>
                <td class="number">{row.configuredShare === null ? 'by place' : percentText(row.configuredShare)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pager page={page} onPage={setWanted} />
    </>
  );
}

type BarInput = { readonly answered: number | null; readonly configured: number | null };

/** A share as a bar, with a mark where it should end. */
export function ShareBar({ answered, configured }: BarInput) {
  return (
    <span class="share-bar">
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-ground" y="2" width="100" height="8" />
        {answered !== null && <rect class="bar-value" y="2" width={answered * 100} height="8" />}
        {configured !== null && (
          <rect class="bar-mark" x={Math.min(98.5, configured * 100)} y="0" width="1.5" height="12" />
        )}
      </svg>
      <span>{percentText(answered)}</span>
    </span>
  );
}

function offBy({ answeredShare, configuredShare }: Pool): number {
  return answeredShare === null || configuredShare === null ? -1 : Math.abs(answeredShare - configuredShare);
}
