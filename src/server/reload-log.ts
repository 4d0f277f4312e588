/**
 * What a reload says in the log: each fault with its place, what changed in each zone, one line in the end. Never more than
 * some thousand lines, however many zones have faults.
 */

import type { Logger } from 'pino';
import { formatFault } from '../base/fault.ts';
import type { LocationNews, ZoneNews } from './builder-messages.ts';
import type { HeldZone } from './held-zone.ts';
import type { ReloadReport } from './node-status.ts';
import type { ZoneChanges } from './zone-changes.ts';

/** Faults of one zone that get a line each; `check` prints all. */
const FAULT_LINES_MAX = 20;

/** One zone with news: refused (`isAccepted` false) or in force. */
export function logZone(log: Logger, held: HeldZone, news: ZoneNews, isAccepted: boolean): void {
  const { zone } = held;
  for (const fault of held.currentFaults().slice(0, FAULT_LINES_MAX)) {
    const { file, line, column, code, record, type } = fault;
    const entry = { event: 'zone-fault', zone, file, line, column, code, record, type };
    if (fault.severity === 'error') log.error(entry, formatFault(fault));
    else log.warn(entry, formatFault(fault));
  }
  if (!isAccepted) {
    const state = held.image === null ? 'refused' : 'last-good';
    const text =
      held.image === null
        ? 'zone refused: it is not served until its file is mended'
        : 'zone refused: the zone loaded before is still served';
    const { errors, warnings } = held.status();
    log.error({ event: 'zone-refused', zone, state, errors, warnings }, text);
    return;
  }
  const { serial, names, records, dynamics, changes } = news.built!;
  const entry = { event: 'zone-loaded', zone, serial, names, records, dynamics };
  // At a start there is nothing to compare with, and one line for all zones is enough.
  if (changes === null) log.debug(entry, 'zone loaded');
  else {
    const { added, removed, changed, weights, counts, isWhole } = changes;
    log.info({ ...entry, added, removed, changed, weights, counts }, changesText(counts, isWhole));
  }
}

function changesText({ added, removed, changed, weights }: ZoneChanges['counts'], isWhole: boolean): string {
  const rest = isWhole ? '' : ' among steered records; the zone is too large to compare the others';
  return `zone changed: ${added} added, ${removed} removed, ${changed} changed, ${weights} weights${rest}`;
}

/** The location table, when it or its faults changed. */
export function logGeo(log: Logger, news: LocationNews, before: LocationNews | null): void {
  for (const fault of news.faults) {
    const { file, line, column, code } = fault;
    const entry = { event: 'geo-fault', file, line, column, code };
    if (fault.severity === 'error') log.error(entry, formatFault(fault));
    else log.warn(entry, formatFault(fault));
  }
  if (news.image === before?.image) return;
  const { source, cached, note } = news;
  log.info({ event: 'geo-loaded', source, cached }, `places come from ${source}`);
  if (note !== null) log.warn({ event: 'geo-note', source }, note);
}

/** The end of a look; looks that found nothing are not told unless they were asked for. */
export function logLook(log: Logger, report: ReloadReport, explicit: boolean): void {
  const { added, changed, removed, refused, milliseconds } = report;
  const isNews = added.length + changed.length + removed.length > 0;
  const counts = { added: added.length, changed: changed.length, removed: removed.length, refused: refused.length };
  if (isNews || explicit)
    log.info({ event: 'reload', ...counts, milliseconds }, 'zones are up to date with their files');
}
