/**
 * BIND, Knot Resolver and PowerDNS Recursor as recursive resolvers of a test's own, with root hints that name one server on loopback.
 * None primes from elsewhere, validates, fetches trust anchors or looks at the clock's root: every query leaves from 127.0.0.1 for a
 * server that the test runs.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DnsDaemon, startDaemon } from './dns-daemon.ts';

/** Their binaries' names. */
export type HintedName = 'named' | 'kresd' | 'pdns_recursor';

export type HintedOptions = {
  /** Address of the server that is hinted at as the root, at port 53, and the name it goes by. */
  readonly root: { readonly name: string; readonly address: string };
  /** A name that is answered as soon as the resolver works. */
  readonly readyName: string;
};

const HOST = '127.0.0.1';

/** Starts `name`, which must be here (`findTool`), and waits for its first answer. */
export function startHinted(name: HintedName, { root, readyName }: HintedOptions): Promise<DnsDaemon> {
  return startDaemon(name, readyName, (folder, port) => {
    const file = join(folder, 'resolver.conf');
    const hints = join(folder, 'hints');
    writeFileSync(hints, `. 3600 IN NS ${root.name}\n${root.name} 3600 IN A ${root.address}\n`);
    if (name === 'pdns_recursor') return recursorOptions(folder, port, hints);
    writeFileSync(file, name === 'named' ? namedConfig(folder, port) : kresdConfig(folder, port, root));
    return name === 'named' ? ['-g', '-4', '-n', '1', '-c', file] : ['-n', '-c', file, folder];
  });
}

function namedConfig(folder: string, port: number): string {
  return `options {
  directory "${folder}";
  managed-keys-directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  listen-on port ${port} { ${HOST}; };
  listen-on-v6 { none; };
  query-source address ${HOST};
  recursion yes;
  allow-query { 127.0.0.0/8; };
  dnssec-validation no;
  empty-zones-enable no;
  qname-minimization strict;
  notify no;
};
controls { };
zone "." { type hint; file "${folder}/hints"; };
`;
}

/** Glue of 127.0.0.0/8 is worth nothing to it unless ALLOW_LOCAL says so. */
function kresdConfig(folder: string, port: number, root: HintedOptions['root']): string {
  return `log_target('stderr')
for _, name in ipairs({'ta_update', 'ta_signal_query', 'ta_sentinel', 'priming', 'detect_time_skew', 'detect_time_jump'}) do
  pcall(modules.unload, name)
end
trust_anchors.remove('.')
net.ipv6 = false
net.outgoing_v4('${HOST}')
net.listen('${HOST}', ${port}, { kind = 'dns' })
cache.open(10 * MB, 'lmdb://${folder}/cache')
modules.load('hints')
hints.root({ ['${root.name}'] = '${root.address}' })
policy.add(policy.all(policy.FLAGS('ALLOW_LOCAL')))
`;
}

/** Its own addresses are worth nothing to it unless `dont-query` says so. Client Subnet goes to all servers, as narrow as it comes. */
function recursorOptions(folder: string, port: number, hints: string): string[] {
  return [
    ...[`--config-dir=${folder}`, `--socket-dir=${folder}`, '--daemon=no', '--threads=1', '--write-pid=no'],
    ...[`--local-address=${HOST}`, `--local-port=${port}`, `--query-local-address=${HOST}`, '--dont-query='],
    ...[`--hint-file=${hints}`, '--dnssec=off', '--security-poll-suffix='],
    ...['--edns-subnet-allow-list=127.0.0.0/8', '--use-incoming-edns-subnet=yes', '--ecs-ipv4-bits=24'],
    ...['--ecs-ipv4-cache-bits=24', '--ecs-add-for=0.0.0.0/0', '--packetcache-ttl=0', '--disable-packetcache=yes'],
  ];
}
