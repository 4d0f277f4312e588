/**
 * What the admin API shows of a node beyond its status: in short for a glance, by region, endpoint by endpoint, over the last half
 * hour. Made on demand from what the node holds; nothing here waits. Built by the server.
 */

import type { Region } from '../geo/region.ts';
import type { EndpointLoad, LoadSource } from '../health/endpoint-load.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { unpackHealth, Verdict } from '../health/health-table.ts';
import type { LoadReport } from '../health/load-report.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import type { AnswerReading } from './answer-shares.ts';
import { type NodeHealth, readVersion } from './node-health.ts';
import { type NodeHistory, SAMPLE_INTERVAL_MS, type Transition } from './node-history.ts';
import type { EndpointStatus, NodeStatus } from './node-status.ts';

/** Endpoints by what is thought of them; `barred` of those that health decides. */
export type EndpointCounts = {
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  readonly barred: number;
};

/** A region with what stands in it. */
export type RegionView = {
  readonly region: string;
  readonly label: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly agents: { readonly fresh: number; readonly known: number };
  readonly endpoints: EndpointCounts;
  readonly latencyMs: number | null;
  readonly answers: number;
  readonly answeredShare: number | null;
};

/** An endpoint with all that is measured of it. */
export type EndpointDetail = EndpointStatus & {
  readonly suspect: boolean;
  readonly shifted: boolean;
  readonly latencies: readonly { readonly region: string; readonly ms: number; readonly deviationMs: number }[];
  readonly penalty: number;
  readonly heldSeconds: number;
  readonly load:
    | (Omit<LoadReport, 'validSeconds'> & {
        readonly ageSeconds: number;
        readonly standing: EndpointLoad['standing'];
        readonly source: LoadSource;
      })
    | null;
  readonly transitions: readonly Transition[];
};

/** A part of a list. */
export type Page = { readonly offset: number; readonly limit: number };
/** Which endpoints; null: all. */
export type EndpointFilter = {
  readonly name: string | null;
  readonly region: string | null;
  readonly pool: string | null;
};

export type NodeViewInput = {
  readonly registry: EndpointRegistry;
  /** Null before health has started. */
  readonly health: () => NodeHealth | null;
  readonly history: NodeHistory;
  readonly counts: () => AnswerReading;
  readonly regions: () => readonly Region[];
  /** Queries since the start. */
  readonly queries: () => number;
  /** Wall clock. */
  readonly nowMs: () => number;
};

/** The view of one node. */
export class NodeView {
  /** Of Meridian. */
  readonly version = readVersion();
  readonly #input: NodeViewInput;

  constructor(input: NodeViewInput) {
    this.#input = input;
  }

  /** What changes from second to second. Costs a look at every word. */
  pulse() {
    const { health, queries, nowMs, history } = this.#input;
    const { mode = 'HOLD', modeReason = 'starting' } = health()?.mode() ?? {};
    const rates = { queries: queries(), queriesPerSecond: history.queriesPerSecond };
    return { nowMs: nowMs(), mode, modeReason, ...rates, endpoints: this.#countWords(() => true) };
  }

  /** The node in short, of its `status`. */
  brief(status: NodeStatus) {
    const { node, cluster, pid, uptimeSeconds, state, listen, transport, workers, geo, warnings, zones } = status;
    const { modeHeldMs = 0, trouble = null, regionsFresh = 0, regionsKnown = 0 } = this.#input.health()?.mode() ?? {};
    const countZones = (wanted: string) => zones.filter((zone) => zone.state === wanted).length;
    return {
      ...this.pulse(),
      ...{ node, cluster, version: this.version, pid, uptimeSeconds, state, listen, transport, workers, geo, warnings },
      modeHeldMs: Math.round(modeHeldMs),
      storeTrouble: trouble,
      zones: { serving: countZones('serving'), lastGood: countZones('last-good'), refused: countZones('refused') },
      agents: { fresh: status.agents.filter(({ fresh }) => fresh).length, known: status.agents.length },
      regions: { fresh: regionsFresh, known: regionsKnown },
      shifts: status.shifts.length,
    };
  }

  /** Every region of regions.yaml, of a pool or of an agent, by name. */
  regions(): { regions: RegionView[]; windowSeconds: number } {
    const { health, regions, registry, counts, history } = this.#input;
    const reading = counts();
    const agents = health()?.agents() ?? [];
    const places = new Map(regions().map((region) => [region.name, region]));
    const answers = new Map<string | null, number>();
    for (const { slot, spec } of registry.endpoints()) {
      answers.set(spec.region, (answers.get(spec.region) ?? 0) + reading.countOf(slot).recent);
    }
    const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
    const names = new Set([...places.keys(), ...answers.keys(), ...agents.map(({ region }) => region)]);
    names.delete(null as never);
    const latencies = new Map(history.read().regions.map(({ region, latencyMs }) => [region, latencyMs.at(-1)]));
    const list = [...names].sort().map((region): RegionView => {
      const place = places.get(region as string);
      const own = agents.filter((agent) => agent.region === region);
      const count = answers.get(region) ?? 0;
      return {
        region: region as string,
        label: place?.label ?? null,
        latitude: place?.latitude ?? null,
        longitude: place?.longitude ?? null,
        agents: { fresh: own.filter(({ fresh }) => fresh).length, known: own.length },
        endpoints: this.#countWords((spec) => spec.region === region),
        latencyMs: latencies.get(region as string) ?? null,
        answers: count,
        answeredShare: total === 0 ? null : count / total,
      };
    });
    return { regions: list, windowSeconds: reading.windowSeconds };
  }

  /** Some endpoints in full. */
  endpoints(filter: EndpointFilter, { offset, limit }: Page) {
    const { health, counts, registry } = this.#input;
    const reading = counts();
    const slots = this.#slotsOf(filter);
    const endpoints = slots.slice(offset, offset + limit).map((slot): EndpointDetail => {
      const spec = registry.specOf(slot)!;
      return { ...health()!.endpointOf(slot, reading)!, ...this.#detailOf(slot, spec) };
    });
    return { total: slots.length, offset, windowSeconds: reading.windowSeconds, endpoints };
  }

  /** Samples of the node, and of some endpoints. */
  historyOf(filter: EndpointFilter, { offset, limit }: Page) {
    const { history, registry, nowMs } = this.#input;
    const slots = this.#slotsOf(filter);
    const shown = slots.slice(offset, offset + limit);
    const endpoints = shown.map((slot) => ({ key: registry.specOf(slot)!.key, ...history.endpoint(slot) }));
    return { intervalMs: SAMPLE_INTERVAL_MS, endMs: nowMs(), ...history.read(), total: slots.length, endpoints };
  }

  /** None before there is a health to tell of. */
  #slotsOf({ name, region, pool }: EndpointFilter): number[] {
    if (this.#input.health() === null) return [];
    const slots: number[] = [];
    for (const { slot, spec } of this.#input.registry.endpoints()) {
      const isNamed = name === null || spec.name === name || spec.zone === name;
      if (isNamed && (region === null || spec.region === region) && (pool === null || spec.pool === pool))
        slots.push(slot);
    }
    return slots;
  }

  #detailOf(slot: number, spec: EndpointSpec): Omit<EndpointDetail, keyof EndpointStatus> {
    const { health, registry, history } = this.#input;
    const { suspect, shifted } = unpackHealth(registry.table[slot]!);
    const { latencies, load, flap } = health()!.measuresOf(spec.check.id);
    return {
      suspect,
      shifted,
      latencies,
      penalty: flap?.penalty ?? 0,
      heldSeconds: Math.ceil((flap?.heldMs ?? 0) / 1000),
      load: load.report === null ? null : shownLoad(load.report, load),
      transitions: history.transitions(slot),
    };
  }

  #countWords(isOf: (spec: EndpointSpec) => boolean): EndpointCounts {
    const counts = { up: 0, down: 0, unknown: 0, barred: 0 };
    const { registry } = this.#input;
    for (const { slot, spec } of registry.endpoints()) {
      if (!isOf(spec)) continue;
      const { verdict, barred } = unpackHealth(registry.table[slot]!);
      counts[verdict === Verdict.UP ? 'up' : verdict === Verdict.DOWN ? 'down' : 'unknown']++;
      if (barred && spec.status === 'obey') counts.barred++;
    }
    return counts;
  }
}

function shownLoad({ validSeconds: _, ...report }: LoadReport, { ageMs, standing, source }: EndpointLoad) {
  return { ...report, ageSeconds: Math.round(ageMs / 1000), standing, source: source! };
}
