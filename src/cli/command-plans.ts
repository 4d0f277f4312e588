/**
 * The commands as data: what each is called, takes and tells in its help, and which code does its work. `program.ts` makes them into
 * commander's commands; a command's code is loaded when it runs, so that `query` need not wait for what `serve` is made of.
 */

import type { LastingSettings } from './resolve-settings.ts';
import type { SettingKey } from './settings.ts';

/** One command. */
export type CommandPlan = {
  /** One word, or two where it is one of a group. */
  readonly name: string;
  readonly summary: string;
  readonly settings: readonly SettingKey[];
  /** `words`: what may stand there, where that is a short list. */
  readonly arguments?: readonly (readonly [name: string, help: string, words?: readonly string[]])[];
  /** Flags of the command alone, which no file or variable can set: they ask for other work. */
  readonly switches?: readonly (readonly [name: string, help: string])[];
  readonly examples: readonly string[];
  readonly notes?: string;
  readonly run: (
    resolved: LastingSettings,
    args: readonly (string | readonly string[] | undefined)[],
    switches: ReadonlySet<string>,
  ) => Promise<number>;
};

/** What zone files mean, for every command that reads them. */
const ZONE_SETTINGS = [
  'soa-mname',
  'soa-rname',
  'soa-refresh',
  'soa-retry',
  'soa-expire',
  'soa-minimum',
  'escaped-semicolons',
  'metadata-targets',
  'alias-resolver',
] as const satisfies readonly SettingKey[];

/** How to get into Redis, for every command that does. */
const REDIS_SETTINGS = [
  'redis',
  'cluster',
  'redis-password',
  'redis-password-file',
  'redis-sentinel-password-file',
  'redis-ca',
  'redis-cert',
  'redis-key',
  'redis-server-name',
] as const satisfies readonly SettingKey[];

/** All commands, in the order of help. */
export const PLANS: readonly CommandPlan[] = [
  {
    name: 'serve',
    summary: 'answer DNS for the zones of a directory',
    settings: [
      'zones',
      'geo-data',
      'listen',
      ...REDIS_SETTINGS,
      'node',
      'admin',
      'admin-token',
      'admin-token-file',
      'workers',
      'transport',
      'server-id',
      'server-version',
      'explain-from',
      'cookie-secret-file',
      'listen-tls',
      'listen-https',
      'tls-cert',
      'tls-key',
      'proxy-from',
      'rate-limit',
      'rate-limit-per-second',
      'rate-limit-slip',
      'rate-limit-exempt',
      'state-dir',
      'user',
      'group',
      'overlap',
      'allow-root',
      'log-level',
      ...ZONE_SETTINGS,
    ],
    examples: [
      'meridian serve',
      'meridian serve --listen 192.0.2.53:53 --listen "[2001:db8::53]:53" --redis redis://127.0.0.1:6379',
    ],
    notes:
      'Without --redis the node checks endpoints itself, as region "local".\nSIGHUP reads every file again, and of the --config file what is said of rate-limit. SIGTERM answers what has come in and exits 0; a second one exits at once.',
    run: async (resolved) => (await import('./serve-command.ts')).runServe(resolved),
  },
  {
    name: 'probe',
    summary: 'check endpoints from one region and tell the DNS nodes',
    settings: ['region', 'agent', 'zones', 'geo-data', ...REDIS_SETTINGS, 'metrics', 'log-level', ...ZONE_SETTINGS],
    examples: ['meridian probe --region eu-west --redis redis://127.0.0.1:6379'],
    notes:
      'Reads the same zone files as the DNS nodes, and reads them again when they change or on SIGHUP. Starts and goes on\nwhile Redis is down. SIGTERM exits 0.',
    run: async (resolved) => (await import('./probe-command.ts')).runProbe(resolved.settings),
  },
  {
    name: 'check',
    summary: 'find every fault in zone files and geo data',
    settings: [
      'zones',
      'geo-data',
      'json',
      'strict',
      'n-1',
      'demand',
      'load',
      'schema',
      ...REDIS_SETTINGS,
      ...ZONE_SETTINGS,
    ],
    arguments: [['[files...]', 'check only these files, each by itself']],
    examples: [
      'meridian check',
      'meridian check --strict zones/gslb.example.com.yaml',
      'meridian check --n-1 --demand demand.csv',
      'meridian check --schema > zones/zone.schema.json',
    ],
    notes:
      'With --redis, regions that pools stand for and where no agent is heard are warned of, and --n-1 orders pools of method\nlatency by what agents measure. Exit code 0: valid. 1: faults found. 2: wrong usage.',
    run: async (resolved, [files]) =>
      (await import('./check-command.ts')).runCheck(resolved.settings, files as readonly string[]),
  },
  {
    name: 'explain',
    summary: 'say why a client gets which answer',
    settings: [
      'client',
      'ecs',
      'replay',
      'zones',
      'geo-data',
      ...REDIS_SETTINGS,
      'admin',
      'state-dir',
      'json',
      ...ZONE_SETTINGS,
    ],
    arguments: [
      ['[name]', 'name that is asked for, absolute'],
      ['[type]', 'record type (default: A)'],
    ],
    examples: [
      'meridian explain www.gslb.example.com --client 81.2.69.142',
      'meridian explain www.gslb.example.com --client 81.2.69.142 --json > trace.json',
      'meridian explain --replay trace.json',
      'meridian explain www.gslb.example.com A --client 192.0.2.1 --ecs 81.2.69.0/24 --admin 127.0.0.1:9153',
    ],
    notes:
      'Reads the files and answers as a node would. With --redis the verdicts come from the agents; with --admin on the\ncommand line the node there is asked, about the tables it answers from. --replay takes everything but the files from the trace; exit code 1 when the\nanswer is another.',
    run: async (resolved, [name, type]) =>
      (await import('./explain-command.ts')).runExplain(
        resolved,
        name as string | undefined,
        type as string | undefined,
      ),
  },
  {
    name: 'whatif',
    summary: 'show what a lost region or another weight would move, and who would be over capacity',
    settings: [
      'down',
      'set',
      'bias',
      'name',
      'demand',
      'load',
      'zones',
      'geo-data',
      ...REDIS_SETTINGS,
      'json',
      ...ZONE_SETTINGS,
    ],
    examples: [
      'meridian whatif --down eu-west',
      'meridian whatif --set eu.weight=60 --set us.weight=40 --name www.gslb.example.com',
      'meridian whatif --bias eu=20 --demand demand.csv --json',
    ],
    notes:
      'By the files alone everything else is up; with --redis it starts from the verdicts, shifts and latencies of now. Exit code 0:\nfine. 1: a pool would pass its max. 2: wrong usage.',
    run: async (resolved) => (await import('./what-if-command.ts')).runWhatIf(resolved.settings),
  },
  {
    name: 'status',
    summary: 'show nodes, agents, zones and endpoints',
    settings: [...REDIS_SETTINGS, 'admin', 'json', 'watch'],
    switches: [['demand', 'print the steered queries that a node has counted by place, for whatif --demand']],
    examples: [
      'meridian status',
      'meridian status --redis redis://127.0.0.1:6379 --json',
      'meridian status --demand > demand.csv',
    ],
    notes:
      'Asks the API of one node, which answers also while Redis is down. With --redis it asks Redis instead, which knows\nall nodes and agents but no zones.',
    run: async (resolved, _, switches) =>
      switches.has('demand')
        ? (await import('./demand-command.ts')).runDemand(resolved.settings)
        : (await import('./status-command.ts')).runStatus(resolved),
  },
  {
    name: 'shift',
    summary: 'move weight away from a region, pool, endpoint or name for a time',
    settings: [
      'region',
      'pool',
      'endpoint',
      'name',
      'factor',
      'for',
      'reason',
      'by',
      'resume',
      'force',
      'zones',
      'geo-data',
      'demand',
      'load',
      ...REDIS_SETTINGS,
      'json',
      ...ZONE_SETTINGS,
    ],
    arguments: [
      ['<action>', 'what to do', ['add', 'list', 'remove']],
      ['[id]', 'the shift to remove'],
    ],
    examples: [
      'meridian shift add --region eu-west --factor 0 --for 2h --reason "kernel update" --redis redis://127.0.0.1:6379',
      'meridian shift add --endpoint 203.0.113.10 --resume --reason "disk replaced" --redis redis://127.0.0.1:6379',
      'meridian shift list --redis redis://127.0.0.1:6379',
      'meridian shift remove 3f9c01aa --redis redis://127.0.0.1:6379',
    ],
    notes:
      'Every node takes a shift up within two seconds, keeps it over the loss of Redis and over restarts, and lets weights\ngrow back when it ends. Where several are for one endpoint, the smallest factor counts. A shift that would take another\npool past its max, by the zone files here and the health of now, is refused without --force.',
    run: async (resolved, [action, id]) =>
      (await import('./shift-command.ts')).runShift(resolved.settings, action as string, id as string | undefined),
  },
  {
    name: 'query',
    summary: 'ask a DNS server',
    settings: ['server', 'subnet', 'json'],
    arguments: [
      ['<name>', 'name to ask for, absolute'],
      ['[type]', 'record type (default: A)'],
    ],
    examples: [
      'meridian query www.gslb.example.com',
      'meridian query www.gslb.example.com AAAA --subnet 2a00:1450::/32',
    ],
    notes: 'Exit code 0 for any answer, NXDOMAIN and REFUSED included. 1: no answer.',
    run: async (resolved, [name, type]) =>
      (await import('./query-command.ts')).runQuery(resolved.settings, name as string, type as string | undefined),
  },
  {
    name: 'zone fmt',
    summary: 'put the keys of zone files in the order that octoDNS enforces',
    settings: ['zones', 'json'],
    arguments: [['[files...]', 'sort only these files (default: all YAML files of the zones directory)']],
    switches: [['check', 'write nothing, and fail where a file is not in order']],
    examples: ['meridian zone fmt --check', 'meridian zone fmt zones/gslb.example.com.yaml'],
    notes:
      'Only the order changes; comments move with the key below them. Around "<<", and where an alias would come before its anchor,\nkeys keep their place, which is told. Exit code 1: a file does not parse, or with --check is not in order.',
    run: async (resolved, [files], switches) =>
      (await import('./zone-fmt-command.ts')).runZoneFmt(
        resolved.settings,
        files as readonly string[],
        switches.has('check'),
      ),
  },
  {
    name: 'zone set',
    summary: 'give an endpoint another weight, in the zone file',
    settings: ['zones', 'geo-data', 'demand', 'json', ...ZONE_SETTINGS],
    arguments: [
      ['<name>', 'steered name, absolute'],
      ['<pool>', 'pool of that name'],
      ['<value>', 'endpoint of that pool, its address or name'],
      ['<edit>', 'weight=N, 1 to 100'],
    ],
    switches: [['dry-run', 'tell what would change, and write nothing']],
    examples: ['meridian zone set www.gslb.example.com eu-west 198.51.100.10 weight=2 --dry-run'],
    notes:
      'Comments, order and all else in the file stay. The zone is checked before anything is written; a running node takes the new\nfile within a second. Tells the share of clients that get another endpoint. Exit code 1: the zone has or would have faults.',
    run: async (resolved, [name, pool, value, edit], switches) =>
      (await import('./zone-set-command.ts')).runZoneSet(
        resolved.settings,
        { name: name as string, pool: pool as string, value: value as string, edit: edit as string },
        switches.has('dry-run'),
      ),
  },
  {
    name: 'zone diff',
    summary: 'compare two zone files or directories, and tell how many clients would move',
    settings: ['name', 'geo-data', 'demand', 'json', ...ZONE_SETTINGS],
    arguments: [
      ['<before>', 'zone file or directory'],
      ['<after>', 'zone file or directory'],
    ],
    examples: [
      'meridian zone diff zones new-zones',
      'meridian zone diff old.yaml zones/gslb.example.com.yaml --name gslb.example.com',
    ],
    notes:
      'Of two files whose names say other zones, --name says which zone both are. Exit code 0: no difference. 1: some. 2: cannot be\ncompared.',
    run: async (resolved, [before, after]) =>
      (await import('./zone-diff-command.ts')).runZoneDiff(resolved.settings, before as string, after as string),
  },
];

/** Commands that only gather others. */
export const GROUPS: Readonly<Record<string, string>> = { zone: 'sort, edit and compare zone files' };
