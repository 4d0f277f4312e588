/**
 * Programs of the system that some suites drive: where they are, or that they are not there. Read by the suites (to skip with
 * a word) and by `ensure-tools.ts` (to install what is missing).
 */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One program. `suites` says in words what is left out without it. */
export type Tool = {
  readonly name: string;
  /** Environment variable that names the binary and beats PATH. */
  readonly variable: string;
  readonly debianPackage: string;
  readonly required: boolean;
  readonly suites: string;
};

/** Every program that tests may start besides Node. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'redis-server',
    variable: 'REDIS_SERVER_BIN',
    debianPackage: 'redis-server',
    required: true,
    suites: 'everything that shares state between processes',
  },
  {
    name: 'dig',
    variable: 'DIG_BIN',
    debianPackage: 'bind9-dnsutils',
    required: false,
    suites: 'static types as dig reads them',
  },
  {
    name: 'kdig',
    variable: 'KDIG_BIN',
    debianPackage: 'knot-dnsutils',
    required: false,
    suites: 'static types as kdig reads them',
  },
  {
    name: 'unbound',
    variable: 'UNBOUND_BIN',
    debianPackage: 'unbound',
    required: false,
    suites: 'delegation through a real resolver',
  },
  {
    name: 'pdns_recursor',
    variable: 'PDNS_RECURSOR_BIN',
    debianPackage: 'pdns-recursor',
    required: false,
    suites: 'delegation and Client Subnet through PowerDNS Recursor',
  },
  {
    name: 'named',
    variable: 'NAMED_BIN',
    debianPackage: 'bind9',
    required: false,
    suites: 'delegation through BIND',
  },
  {
    name: 'kresd',
    variable: 'KRESD_BIN',
    debianPackage: 'knot-resolver',
    required: false,
    suites: 'delegation through Knot Resolver',
  },
  {
    name: 'dnsperf',
    variable: 'DNSPERF_BIN',
    debianPackage: 'dnsperf',
    required: false,
    suites: 'steady load from dnsperf',
  },
  {
    name: 'openssl',
    variable: 'OPENSSL_BIN',
    debianPackage: 'openssl',
    required: false,
    suites: 'HTTPS checks against certificates made on the spot',
  },
  {
    name: 'chromium',
    variable: 'CHROMIUM_BIN',
    debianPackage: 'chromium',
    required: false,
    suites: "the operator's page in a browser",
  },
  {
    name: 'haproxy',
    variable: 'HAPROXY_BIN',
    debianPackage: 'haproxy',
    required: false,
    suites: 'PROXY headers before connections as haproxy writes them',
  },
  {
    name: 'dnsdist',
    variable: 'DNSDIST_BIN',
    debianPackage: 'dnsdist',
    required: false,
    suites: 'PROXY headers before datagrams as dnsdist writes them',
  },
  {
    name: 'promtool',
    variable: 'PROMTOOL_BIN',
    debianPackage: 'prometheus',
    required: false,
    suites: 'metrics and alert rules as Prometheus reads them',
  },
  {
    name: 'prlimit',
    variable: 'PRLIMIT_BIN',
    debianPackage: 'util-linux',
    required: false,
    suites: 'drills',
  },
  {
    name: 'strace',
    variable: 'STRACE_BIN',
    debianPackage: 'strace',
    required: false,
    suites: 'drills of system calls that fail',
  },
  {
    name: 'nsd',
    variable: 'NSD_BIN',
    debianPackage: 'nsd',
    required: false,
    suites: 'the comparison with NSD',
  },
  {
    name: 'nsd-checkzone',
    variable: 'NSD_CHECKZONE_BIN',
    debianPackage: 'nsd',
    required: false,
    suites: 'record types as NSD reads them',
  },
  {
    name: 'named-compilezone',
    variable: 'NAMED_COMPILEZONE_BIN',
    debianPackage: 'bind9-utils',
    required: false,
    suites: 'record types as BIND reads them',
  },
  {
    name: 'knotd',
    variable: 'KNOTD_BIN',
    debianPackage: 'knot',
    required: false,
    suites: 'the comparison with Knot DNS',
  },
];

/** Debian keeps daemons here, and the PATH of an ordinary user does not. */
const DAEMON_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of the program `name` of {@link TOOLS}, or null when this machine does not have it. */
export function findTool(name: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  const override = tool === undefined ? undefined : environment[tool.variable];
  if (override) return isExecutable(override) ? override : null;
  const folders = [...(environment.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...DAEMON_FOLDERS];
  for (const folder of folders) {
    const path = join(folder, name);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
