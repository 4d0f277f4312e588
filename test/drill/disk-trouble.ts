/**
 * The disk is full, then cannot be written, while zones and geo data change: what is kept between runs is not, nobody who asks
 * notices, and a start finds its way with nothing kept. The log goes to a full device all the while.
 *
 * As root the state directory is a tmpfs of 64 KiB, filled and then mounted read-only; otherwise files may grow to no length
 * (RLIMIT_FSIZE), and then its mode forbids writing.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import type { Drill, DrillGround } from './drill.ts';
import { untilInForce } from './in-force.ts';

const TMPFS = 'size=64k,nr_inodes=64';

function database(country: string): Uint8Array {
  return writeMmdb({ networks: [{ prefix: '81.2.69.0/24', record: { country: { iso_code: country } } }] });
}

/** Disk full or read-only, the log's too (08-faults). */
export const DISK_TROUBLE: Drill = {
  name: 'disk-trouble',
  node: {
    geoData: { 'places.mmdb': database('GB') },
    under: ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'],
    // The one that the node made lies under the mount.
    env: { MERIDIAN_ADMIN_TOKEN: 'full-disk-full-disk' },
  },
  // The node is started anew on the full disk, and nobody answers while it is not there.
  sharesMin: { udp: 0, tcp: 0 },
  run: async (ground) => {
    const { folder } = ground.node;
    const state = join(folder, 'state');
    mkdirSync(state, { recursive: true });
    const isMounted = run('mount', '-t', 'tmpfs', '-o', TMPFS, 'none', state);
    try {
      const full = await runFull(ground, state, isMounted);
      const ready = ground.node.child.pid;
      await ground.node.stop('SIGKILL');
      await ground.restart();
      if (ground.node.child.pid === ready) throw new Error('the node was not started anew');
      const startMs = ground.node.readyAfterMs;
      if (!isMounted) chmodSync(state, 0o500);
      else if (!run('mount', '-o', 'remount,ro', state))
        throw new Error('the state directory cannot be made read-only');
      const readOnly = await change(ground, 'IE', 3);
      return `state directory ${isMounted ? 'a full tmpfs' : 'under RLIMIT_FSIZE'}, log to /dev/full: ${full}; started anew on it in ${startMs.toFixed(0)} ms; read-only: ${readOnly}`;
    } finally {
      // Lazily: the node still has it for its working directory's sake.
      if (isMounted) run('umount', '-l', state);
      else chmodSync(state, 0o700);
    }
  },
};

async function runFull(ground: DrillGround, state: string, isMounted: boolean): Promise<string> {
  const { node } = ground;
  if (isMounted) fill(join(state, 'ballast'));
  else if (!run('prlimit', '--pid', String(node.child.pid), '--fsize=0')) throw new Error('prlimit --fsize failed');
  return change(ground, 'FR', 2);
}

/** Octets until there is no room. */
function fill(file: string): void {
  try {
    writeFileSync(file, new Uint8Array(1 << 20));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
    throw error;
  }
  throw new Error('the disk is not full');
}

/** Changes the zone and the database, sees both in force, and gives the warnings that name the state directory. */
async function change({ node }: DrillGround, country: string, last: number): Promise<string> {
  node.writeZone('drill.test.yaml', `'': {type: NS, value: ns.drill.test.}\nwww: {type: A, value: 192.0.2.${last}}\n`);
  const places = join(node.geoFolder, 'places.mmdb');
  writeFileSync(`${places}.new`, database(country));
  renameSync(`${places}.new`, places);
  const reloaded = await node.change('POST', '/api/v1/reload');
  if (reloaded.status !== 200) throw new Error(`the reload was answered with ${reloaded.status}`);
  await untilInForce(node, 'www.drill.test.', `192.0.2.${last}`);
  const url = `${node.adminUrl}/api/v1/explain?name=www.drill.test.&client=81.2.69.1`;
  const { clientLocation } = (await (await fetch(url)).json()) as { clientLocation: { country: string } | null };
  if (clientLocation?.country !== country) throw new Error(`a client in ${clientLocation?.country}`);
  const { warnings } = (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as { warnings: string[] };
  const told = warnings.filter((warning) => warning.includes(join(node.folder, 'state')));
  if (told.length === 0) throw new Error('status does not tell that nothing can be kept');
  return `zone and places changed, ${told.length} warnings (${told[0]!.split(': ').at(-1)})`;
}

function run(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}
