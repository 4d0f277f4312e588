/** Makes the families of one registry and fills them at a scrape. Used by the files that know what a node's metrics mean. */

import { Counter, Gauge, type Registry } from 'prom-client';

/** Labels and value of each series. */
export type Series = ReadonlyArray<readonly [Record<string, string>, number]>;

/** Makes a counter of which everything is told anew at each scrape. */
export function counterIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/** Makes a gauge, likewise. */
export function gaugeIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/** Replaces all series of a gauge. */
export function setAll(gauge: Gauge, values: Series): void {
  gauge.reset();
  for (const [labels, value] of values) gauge.set(labels, value);
}

/** Replaces all series of a counter by totals that are kept elsewhere. */
export function countAll(counter: Counter, totals: Series): void {
  counter.reset();
  for (const [labels, value] of totals) counter.inc(labels, value);
}

/** A series for each entry of `counts`, its name in `label`. */
export function seriesOf(label: string, counts: Readonly<Record<string, number>>): Series {
  return Object.entries(counts).map(([name, count]) => [{ [label]: name }, count]);
}

/** One value for each of `kinds`, zeros included, so that alerts can be written before the first case. */
export function tally<T>(
  items: readonly T[],
  kinds: readonly string[],
  kindOf: (item: T) => string,
  label: string,
): Series {
  const counts = new Map(kinds.map((kind) => [kind, 0]));
  for (const item of items) counts.set(kindOf(item), (counts.get(kindOf(item)) ?? 0) + 1);
  return [...counts].map(([kind, count]) => [{ [label]: kind }, count]);
}
