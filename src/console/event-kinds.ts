/** Events by what they change, so that a view loads again what they concern and nothing else. */

const MOVERS: ReadonlySet<string> = new Set([
  'verdict',
  'mode',
  'reload',
  'shift',
  'agent',
  'store',
  'guard',
  'zone-loaded',
  'zone-removed',
  'zone-refused',
]);

/** True if after this event other clients may get other answers. */
export function movesClients({ kind }: { readonly kind: string }): boolean {
  return MOVERS.has(kind);
}

/** True if it speaks of zone files. */
export function concernsZones({ kind }: { readonly kind: string }): boolean {
  return kind === 'reload' || kind.startsWith('zone');
}
