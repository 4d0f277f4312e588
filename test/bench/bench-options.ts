/** The command line of `npm run bench`. */

import { parseArgs } from 'node:util';

/** Every workload by name, in the order in which they run. */
export const WORKLOADS = [
  'names-1k',
  'names-100k',
  'ecs',
  'nxdomain',
  'tcp',
  'methods',
  'latency',
  'reload',
  'scale-names',
  'scale-endpoints',
  'memory',
  'start',
  'zones',
  'states',
] as const;

export type WorkloadName = (typeof WORKLOADS)[number];

export type BenchOptions = {
  readonly workloads: readonly WorkloadName[];
  /** Rounds over all servers, of several alternations where processor time is measured; figures are medians. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Servers on one processor and the load on another. */
  readonly pin: boolean;
  /** The whole city data for every workload. */
  readonly fullGeo: boolean;
  readonly install: boolean;
  /** Kinds of server, by the beginning of their names; empty: all. */
  readonly servers: readonly string[];
  /** Where the results are written; null: nowhere. */
  readonly results: string | null;
};

/** What `--help` prints. */
export const HELP = `npm run bench -- [options]
  --only NAME,…     workloads: ${WORKLOADS.join(' ')}
  --servers NAME,…  servers: meridian reflector gdnsd knot powerdns (default: all that are here)
  --rounds N        rounds over all servers, medians of which are shown (default 5); where
                    processor time is measured, each is three alternations
  --seconds S       length of one measurement (default 4)
  --quick           names-1k alone, 2 rounds of 1 second, no results file unless asked for
  --pin             servers on processor 0, load on processor 1
  --full-geo        geoip-lite's whole city data for every server, not the small test data
  --results FILE    where to write the results (default test/bench/RESULTS.md; "none")
  --install         first install the peers from Debian's packages (root)`;

/** Reads the arguments; a string says what is wrong with them. `resultsFile`: where results go by default. */
export function readBenchOptions(args: readonly string[], resultsFile: string): BenchOptions | string {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return (error as Error).message;
  }
  if (values.help) return HELP;
  const quick = values.quick === true;
  const wanted = values.only?.split(',') ?? (quick ? ['names-1k'] : [...WORKLOADS]);
  const unknown = wanted.find((name) => !(WORKLOADS as readonly string[]).includes(name));
  if (unknown !== undefined) return `no workload ${unknown}; there are ${WORKLOADS.join(', ')}`;
  const rounds = Number(values.rounds ?? (quick ? 2 : 5));
  const seconds = Number(values.seconds ?? (quick ? 1 : 4));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return '--rounds must be 1 to 100';
  if (!(seconds > 0 && seconds <= 600)) return '--seconds must be above 0 and at most 600';
  const results = values.results ?? (quick ? 'none' : resultsFile);
  return {
    workloads: WORKLOADS.filter((name) => wanted.includes(name)),
    rounds,
    seconds,
    pin: values.pin === true,
    fullGeo: values['full-geo'] === true,
    install: values.install === true,
    servers: values.servers?.split(',') ?? [],
    results: results === 'none' ? null : results,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      results: { type: 'string' },
      quick: { type: 'boolean' },
      pin: { type: 'boolean' },
      'full-geo': { type: 'boolean' },
      install: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
}
