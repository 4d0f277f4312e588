/**
 * What the agents near one client think of an endpoint on which regions disagree: when the two regions nearest the client both say down,
 * the client avoids it, whatever the world says (03-health, "Regional view"). Where the client is nearest to is looked up only
 * when a decision meets such an endpoint, and deepens the scope of that decision alone; while all regions agree it costs a query one bit.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass, scopeOf } from '../geo/class-table.ts';
import { nearestPairOf } from '../geo/nearest-regions.ts';
import type { SteeringRequest } from './steering-request.ts';

/** One decision's view; reused from query to query. */
export class RegionalView {
  request: SteeringRequest | null = null;
  table: ClassTable | null = null;
  /** The two regions nearest the client, a bit each; 0: none are known. */
  nearest = 0;
  /** An endpoint in dispute was met, so that {@link nearest} was looked up. */
  isAsked = false;
  /** Bits of the client's subnet on which {@link nearest} depends. */
  scope = 0;
  /** Some endpoint was avoided. */
  hasAvoided = false;
  /** There was nothing else to answer with, so that the world's verdict counts. */
  isIgnored = false;
  /** What a trace says of these two when its decision is made again; null: the table decides. */
  told: { readonly nearest: number; readonly scope: number } | null = null;
}

/** Prepares `view` for a decision; `table` is that of the group NEAREST_GROUP, or null where too few regions are known. */
export function openView(view: RegionalView, request: SteeringRequest, table: ClassTable | null): void {
  view.request = request;
  view.table = table;
  view.nearest = 0;
  view.isAsked = false;
  view.scope = 0;
  view.hasAvoided = false;
  view.isIgnored = false;
}

/** True if the client should not be sent where the regions of `dissent`, a bit each, say that nobody answers. */
export function avoids(view: RegionalView, dissent: number): boolean {
  if (!view.isAsked) findNearest(view);
  const { nearest } = view;
  if (nearest === 0 || (dissent & nearest) !== nearest) return false;
  view.hasAvoided = true;
  return !view.isIgnored;
}

/** As a client's class is found: by the subnet where it is routable, else by the source (`locate.ts`). */
function findNearest(view: RegionalView): void {
  const { request, table, told } = view;
  view.isAsked = true;
  view.nearest = told?.nearest ?? 0;
  view.scope = told?.scope ?? 0;
  if (told !== null || request === null || table === null) return;
  const { subnet } = request;
  let classId = CLASS_NONROUTABLE;
  if (subnet.family !== 0 && subnet.sourceLength > 0) {
    const found = lookupClass(table, subnet.family as 4 | 6, subnet.words);
    view.scope = scopeOf(found);
    classId = classOf(found);
  }
  if (classId === CLASS_NONROUTABLE) classId = classOf(lookupClass(table, request.sourceFamily, request.sourceWords));
  if (classId !== CLASS_NONROUTABLE) view.nearest = nearestPairOf(table, classId);
}
