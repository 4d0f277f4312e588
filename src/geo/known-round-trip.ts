/**
 * A round trip that the operator has measured by other means than our agents: from a place or a network to a region. One line of
 * geo-data/latency.csv.
 */

export type KnownRoundTrip = {
  /** A geo code (`EU-DE`), or a network in its normal form (`203.0.113.0/24`). */
  readonly from: string;
  readonly ms: number;
  /** Of how many measurements `ms` is the mean. */
  readonly count: number;
};

/** How many measurements weigh as much as what the agents around the client predict. */
const PREDICTION_COUNT = 20;

/** The prediction `ms` drawn to what is known, the more the more often it was measured (02-steering); NaN: nothing is predicted. */
export function drawToKnown(ms: number, known: KnownRoundTrip): number {
  if (Number.isNaN(ms)) return known.ms;
  return (known.count * known.ms + PREDICTION_COUNT * ms) / (known.count + PREDICTION_COUNT);
}
