/**
 * `meridian status --demand`: what a node has counted of its steered queries by place, as a file that `whatif --demand` and
 * `check --n-1 --demand` read.
 */

import type { DemandReport } from '../server/demand-counts.ts';
import { adminUrl, fetchAdmin } from './admin-client.ts';
import { ExitCode, workFailure } from './command-failure.ts';
import { ADMIN_DEFAULT } from './serve-settings.ts';
import type { Settings } from './settings.ts';

/** Prints the counts of the node at `admin`; throws a work failure when there are none yet, as an empty file says nothing. */
export async function runDemand(settings: Settings): Promise<number> {
  const admin = settings.admin === 'off' ? ADMIN_DEFAULT : (settings.admin ?? ADMIN_DEFAULT);
  const report = await fetchAdmin<DemandReport>(admin, '/api/v1/demand');
  if (report.places.length === 0) {
    const { queriesPerSample } = report;
    throw workFailure(
      `${adminUrl(admin)} has counted no steered query yet: one in ${queriesPerSample} is looked at, so it needs some`,
    );
  }
  process.stdout.write(settings.json ? `${JSON.stringify(report, null, 2)}\n` : renderDemand(report));
  return ExitCode.GOOD;
}

/** The report as a demand file. */
export function renderDemand({ windowSeconds, queriesPerSample, samples, places }: DemandReport): string {
  const hours = (windowSeconds / 3600).toFixed(1);
  return [
    `# steered queries of ${hours} hours, reckoned from ${samples} samples, one in ${queriesPerSample}`,
    'place,queries',
    ...places.map(({ place, queries }) => `${place},${queries}`),
    '',
  ].join('\n');
}
