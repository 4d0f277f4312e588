/** How much farther clients go after a change than before, collected in kilometres: mean, quantiles and the worst. */

/** Half of the Earth's circumference, rounded up: no way is longer. */
const KM_MAX = 20_040;
/** Shares smaller than this are rounding, not clients. */
const SHARE_MIN = 1e-12;

/** What is told of added distance; kilometres, below 0 where clients come nearer. */
export type AddedDistance = {
  /** Share of all clients that this is about: those that another pool answers, with distances known. */
  readonly clients: number;
  readonly meanKm: number;
  readonly p95Km: number;
  readonly worstKm: number;
};

/** Collects; bins of a kilometre, mean and worst exact. */
export class DistanceHistogram {
  readonly #bins = new Float64Array(2 * KM_MAX + 1);
  #clients = 0;
  #sum = 0;
  #worst = Number.NEGATIVE_INFINITY;

  /** `clients` (a share of all) go `km` farther. */
  add(km: number, clients: number): void {
    if (clients < SHARE_MIN) return;
    const bin = KM_MAX + Math.max(-KM_MAX, Math.min(KM_MAX, Math.round(km)));
    this.#bins[bin]! += clients;
    this.#clients += clients;
    this.#sum += clients * km;
    if (km > this.#worst) this.#worst = km;
  }

  /** Takes in another, each of its clients counted `factor` times. */
  addAll(other: DistanceHistogram, factor: number): void {
    for (const [bin, clients] of other.#bins.entries()) this.#bins[bin]! += clients * factor;
    this.#clients += other.#clients * factor;
    this.#sum += other.#sum * factor;
    this.#worst = Math.max(this.#worst, other.#worst);
  }

  /** Null when nobody has moved. */
  report(): AddedDistance | null {
    if (this.#clients === 0) return null;
    return {
      clients: this.#clients,
      meanKm: this.#sum / this.#clients,
      p95Km: Math.min(this.#quantile(0.95), this.#worst),
      worstKm: this.#worst,
    };
  }

  #quantile(share: number): number {
    let left = this.#clients * share;
    for (let bin = 0; bin < this.#bins.length; bin++) {
      left -= this.#bins[bin]!;
      if (left <= this.#clients * 1e-12) return bin - KM_MAX;
    }
    return this.#worst;
  }
}
