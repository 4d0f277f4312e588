/** Where the nodes of a cluster do not agree: what is odd of one of them beside the others. */

import type { ClusterAnswer } from './api-answers.ts';

type Node = ClusterAnswer['nodes'][number];

/** Sentences on `node` where it differs from most of `nodes`; none where it agrees with them, or is alone. */
export function nodeNotes(node: Node, nodes: readonly Node[]): string[] {
  const notes: string[] = [];
  const usualVersion = usual(nodes.map(({ version }) => version));
  if (usualVersion !== null && node.version !== usualVersion) notes.push(`most run ${usualVersion}`);
  const usualZones = usual(nodes.map(({ zones }) => zones));
  if (usualZones !== null && node.zones !== usualZones) notes.push(`most serve ${usualZones} zones`);
  const usualDown = usual(nodes.map(({ downChecks }) => downChecks.toSorted().join(' ')));
  if (usualDown !== null && node.downChecks.toSorted().join(' ') !== usualDown)
    notes.push('sees other checks down than most');
  return notes;
}

/** What more than half say; null where no such thing is. */
function usual<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of counts) if (count * 2 > values.length) return value;
  return null;
}
