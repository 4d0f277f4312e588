/**
 * A Prometheus histogram of what has been counted elsewhere: prom-client's own can only be told of one observation after the other,
 * which belongs neither on the way of a check nor at a scrape.
 *
 * Used by `agent-metrics.ts`.
 */

import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';
import type { Durations } from '../probe/duration-histogram.ts';

/** One histogram of durations, with one label or none. */
export class BucketHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  #series: { labels: Record<string, string>; durations: Durations }[] = [];

  constructor(name: string, help: string, registry: Registry) {
    super({ name, help, registers: [registry] });
    this.#name = name;
    this.#help = help;
  }

  /** Replaces all that is shown. */
  show(series: { labels: Record<string, string>; durations: Durations }[]): void {
    this.#series = series;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const values = this.#series.flatMap(({ labels, durations }) => this.#values(labels, durations));
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values } as never;
  }

  /** What the registry asks for instead of `get` when it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }

  #values(labels: Record<string, string>, { boundsMs, counts, sumMs }: Durations): MetricValueWithName<string>[] {
    let count = 0;
    const buckets = counts.map((added, i) => {
      count += added;
      const bound = boundsMs[i];
      const le = bound === undefined ? '+Inf' : String(bound / 1_000);
      return { metricName: `${this.#name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sumMs / 1_000 },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
  }
}
