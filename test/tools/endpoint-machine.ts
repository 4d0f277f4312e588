/**
 * A machine with some HTTP endpoints: a process of its own on loopback, which a test can stop as a machine hangs (SIGSTOP: the kernel
 * goes on taking connections, and nobody answers), or unplug (nobody even takes them: what is sent to it gets lost).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What the process runs: answers every request on every address, and ends with its parent. */
const PROGRAM = `
const { createServer } = require('node:http');
const [port, backlog, ...hosts] = process.argv.slice(1);
const listening = hosts.map((host) => new Promise((resolve) => {
  createServer((_, response) => response.end('ok')).listen({ host, port: Number(port), backlog: Number(backlog) }, resolve);
}));
Promise.all(listening).then(() => process.stdout.write('listening'));
process.stdin.on('end', () => process.exit()).resume();
`;
/** Connections that may wait to be taken: more than checks make before they are sure, and few enough to be made by us. */
const BACKLOG = 64;

/** Owner of the process. */
export class EndpointMachine {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly #child: ChildProcess;
  #fill: Socket[] = [];
  readonly #reap = () => void this.#child.kill('SIGKILL');

  private constructor(addresses: readonly string[], port: number, child: ChildProcess) {
    this.addresses = addresses;
    this.port = port;
    this.#child = child;
    // A stopped process does not see that its parent is gone.
    process.once('exit', this.#reap);
  }

  /** One whose endpoints listen, at `port` of each of `addresses`. */
  static async start(addresses: readonly string[], port: number): Promise<EndpointMachine> {
    const args = ['--eval', PROGRAM, '--', String(port), String(BACKLOG), ...addresses];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const machine = new EndpointMachine(addresses, port, child);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the endpoints do not listen')));
    await Promise.race([once(child.stdout, 'data'), ended]);
    ended.catch(() => {});
    return machine;
  }

  /** It hangs: connections are established, requests are taken, and that is all. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** As if its cable were pulled: it hangs, and its queues are full, so that the kernel drops whoever wants in. */
  unplug(): void {
    this.freeze();
    this.#fill = this.addresses.flatMap((host) =>
      // Linux takes one more than the backlog says.
      Array.from({ length: BACKLOG + 2 }, () => connect(this.port, host).on('error', () => {})),
    );
  }

  /** It goes on as if nothing had been. */
  thaw(): void {
    for (const socket of this.#fill) socket.destroy();
    this.#fill = [];
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    process.off('exit', this.#reap);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
