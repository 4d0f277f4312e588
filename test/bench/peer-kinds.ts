/**
 * The servers of others that a run measures beside ours: each with one UDP thread, on a loopback port, with the same names, pools
 * and geo database. Their configurations are written here from the scenario.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostName, POOLS, TTL_SECONDS, WEIGHTS, ZONE } from './bench-scenario.ts';
import { programPath, programVersion, whyProgramMissing } from './find-program.ts';
import { compileNative, findCompiler } from './native-program.ts';
import type { ServerKind } from './server-kind.ts';

const SOA = '@ SOA ns1 host 1 7200 1800 259200 900\n@ NS ns1\nns1 A 192.0.2.53\n';

/** The limit of the kernel's sockets: no DNS at all. */
export const reflectorKind: ServerKind = {
  name: 'reflector',
  whyMissing: () => (findCompiler() === null ? 'no C compiler' : null),
  version: () => 'recvmmsg and sendmmsg, 64 a batch',
  prepare: (_, folder, port) => ({ file: compileNative('reflector', folder), args: [String(port)] }),
};

/** gdnsd: geoip over weighted, one resource for all names. */
export const gdnsdKind: ServerKind = {
  name: 'gdnsd',
  whyMissing: () => whyProgramMissing('gdnsd'),
  version: () => programVersion('gdnsd', ['-h']),
  prepare: (scenario, folder, port) => {
    for (const name of ['zones', 'geoip', 'run', 'state']) mkdirSync(join(folder, name), { recursive: true });
    const pools = POOLS.map(({ name }) => name).join(', ');
    const coordinates = POOLS.map(({ name, latitude, longitude }) => `${name} => [${latitude}, ${longitude}]`);
    const weighted = POOLS.map(
      ({ name, addresses }) =>
        `${name} => { a = [${addresses[0]}, ${WEIGHTS[0]}], b = [${addresses[1]}, ${WEIGHTS[1]}] }`,
    );
    writeFileSync(
      join(folder, 'config'),
      `options => { listen => 127.0.0.1:${port}, run_dir => "${folder}/run", state_dir => "${folder}/state",
  udp_threads => 1, tcp_threads => 1, edns_client_subnet => true }
plugins => { weighted => { service_types => up }
  geoip => {
    maps => { m => { geoip2_db => "${scenario.geoDatabase}", datacenters => [${pools}],
      auto_dc_coords => { ${coordinates.join(', ')} } } }
    resources => { r => { map => m, plugin => weighted, dcmap => { ${weighted.join(', ')} } } } } }
`,
    );
    const names = Array.from({ length: scenario.names }, (_, n) => `${hostName(n)} ${TTL_SECONDS} DYNA geoip!r\n`);
    writeFileSync(join(folder, 'zones', ZONE), SOA + names.join(''));
    return { file: programPath('gdnsd'), args: ['-c', folder, 'start'] };
  },
};

/** Knot DNS with mod-geoip in geodb mode: an address for each place, no weights. */
export const knotKind: ServerKind = {
  name: 'knot',
  whyMissing: () => whyProgramMissing('knotd'),
  version: () => programVersion('knotd', ['--version']),
  prepare: (scenario, folder, port) => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    const places = POOLS.flatMap(({ continents, addresses }) =>
      continents.map((code) => `- geo: "${code};*"\n  A: ${addresses[0]}\n`),
    );
    const record = `${places.join('')}- geo: "*;*"\n  A: ${POOLS[0].addresses[0]}\n`;
    const names = Array.from({ length: scenario.names }, (_, n) => `${hostName(n)}.${ZONE}.:\n${record}`);
    writeFileSync(join(folder, 'geo.conf'), names.join(''));
    // A client that the database does not place gets the zone's own record.
    const plain = Array.from(
      { length: scenario.names },
      (_, n) => `${hostName(n)} ${TTL_SECONDS} A ${POOLS[0].addresses[0]}\n`,
    );
    writeFileSync(join(folder, 'example.zone'), `$ORIGIN ${ZONE}.\n$TTL 3600\n${SOA}${plain.join('')}`);
    writeFileSync(
      join(folder, 'knot.conf'),
      `server:
  rundir: ${folder}/run
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  edns-client-subnet: on
database:
  storage: ${folder}/run
mod-geoip:
- id: g
  config-file: ${folder}/geo.conf
  ttl: ${TTL_SECONDS}
  mode: geodb
  geodb-file: ${scenario.geoDatabase}
  geodb-key: [ "continent/code", "country/iso_code" ]
zone:
- domain: ${ZONE}
  storage: ${folder}
  file: example.zone
  module: mod-geoip/g
`,
    );
    return { file: programPath('knotd'), args: ['-c', join(folder, 'knot.conf')] };
  },
};

/** PowerDNS with its geoip backend: a name for each continent, weighted addresses behind it. */
export const powerdnsKind: ServerKind = {
  name: 'powerdns',
  whyMissing: () => whyProgramMissing('pdns_server'),
  version: () => programVersion('pdns_server', ['--version']),
  prepare: (scenario, folder, port) => {
    const places = [...POOLS.flatMap((pool) => pool.continents.map((code) => code.toLowerCase())), 'unknown'];
    const poolOf = (place: string) =>
      POOLS.find((pool) => pool.continents.some((code) => code.toLowerCase() === place)) ?? POOLS[0];
    const targets = places.map((place) => {
      const [first, second] = poolOf(place).addresses;
      const a = `[{a: {content: ${first}, weight: ${WEIGHTS[0]}}}, {a: {content: ${second}, weight: ${WEIGHTS[1]}}}]`;
      return `    ${place}.elb.${ZONE}: ${a}\n`;
    });
    const names = Array.from({ length: scenario.names }, (_, n) => `    ${hostName(n)}.${ZONE}: '%cn.elb.${ZONE}'\n`);
    const soa = `${ZONE}: [{soa: ns1.${ZONE} host.${ZONE} 1 7200 1800 259200 900}, {ns: ns1.${ZONE}}]`;
    writeFileSync(
      join(folder, 'zones.yml'),
      `domains:\n- domain: ${ZONE}\n  ttl: ${TTL_SECONDS}\n  records:\n    ${soa}\n${targets.join('')}  services:\n${names.join('')}`,
    );
    writeFileSync(
      join(folder, 'pdns.conf'),
      `launch=geoip
geoip-database-files=mmdb:${scenario.geoDatabase}
geoip-zones-file=${folder}/zones.yml
local-address=127.0.0.1
local-port=${port}
edns-subnet-processing=yes
receiver-threads=1
distributor-threads=1
socket-dir=${folder}
daemon=no
guardian=no
security-poll-suffix=
`,
    );
    return { file: programPath('pdns_server'), args: [`--config-dir=${folder}`] };
  },
};
