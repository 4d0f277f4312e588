/**
 * The command line as a contract: flags, environment, configuration file, exit codes, the ready line, signals, and that an operator never
 * sees a stack trace. Real processes on loopback.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../tools/free-port.ts';
import { type MeridianProcess, runMeridian, startProbe, startServe } from '../tools/meridian-process.ts';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = { zones: join(ROOT, 'zones'), geoData: join(ROOT, 'geo-data') };
const NS = "'': {type: NS, values: [ns1.example.net.]}\n";
const ONE_ZONE = { 'a.example.yaml': `${NS}www: {type: A, value: 192.0.2.1}\n` };

const folder = mkdtempSync(join(tmpdir(), 'meridian-cli-'));
mkdirSync(join(folder, 'zones'));
writeFileSync(join(folder, 'zones', 'a.example.yaml'), ONE_ZONE['a.example.yaml']);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running: MeridianProcess[] = [];
const busy: Server[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const each of busy.splice(0)) each.close();
});

async function serve(options: Parameters<typeof startServe>[0]): Promise<MeridianProcess> {
  const node = await startServe(options);
  running.push(node);
  return node;
}

async function takePort(): Promise<number> {
  const server = createServer();
  busy.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

/** Runs in `folder`; a failure must be explained in lines that begin with our name, without a stack. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const result = await runMeridian(args, { folder, env, withinMs: 20_000 });
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  const plain = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  for (const line of plain) expect(line).toMatch(/^meridian: /);
  return { ...result, plain };
}

describe('help', () => {
  it.each([[], ['serve'], ['probe'], ['check'], ['explain'], ['whatif'], ['status'], ['query']])(
    'of %j goes to stdout and exits 0',
    async (...command) => {
      const result = await run([...command.flat(), '--help']);
      expect(result.code).toBe(0);
      expect(result.stdout).toMatch(/^Usage: meridian/);
    },
  );

  it('tells the version', async () => expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/));
});

describe('wrong usage', () => {
  it.each([
    ['an unknown flag', ['serve', '--bogus'], /unknown option '--bogus'/],
    ['an unknown command', ['srve'], /unknown command 'srve'/],
    ['a flag without its value', ['serve', '--zones'], /argument missing/],
    ['too many arguments', ['query', 'a', 'A', 'b'], /too many arguments/],
    ['a missing argument', ['query'], /missing required argument/],
    ['a bad address', ['serve', '--listen', 'localhost:53'], /--listen must be ADDRESS:PORT/],
    ['a bad number', ['serve', '--workers', 'many'], /--workers must be a number/],
    ['a directory that is not there', ['serve', '--zones', 'nowhere'], /no zones directory at nowhere/],
    ['an agent without a region', ['probe'], /needs --region/],
    ['an explanation for nobody', ['explain', 'a.example'], /needs --client/],
    ['a type that is none', ['query', 'a.example', 'NONSENSE'], /is no record type/],
  ])('%s is told in one line and exits 2', async (_, args, message) => {
    const result = await run(args);
    expect(result.code).toBe(2);
    expect(result.plain).toHaveLength(1);
    expect(result.plain[0]).toMatch(message);
  });

  it('a program without a command exits 2', async () => {
    const result = await runMeridian([], { folder });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Usage: meridian');
  });
});

describe('settings', () => {
  it('of an unknown key are refused with file, line and column, all at once', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, '# comment\nzones: zones\ngeo-dat: x\nworkers: 0\n');
    const result = await run(['serve', '--config', file]);
    expect(result.code).toBe(2);
    expect(result.plain[0]).toContain(`${file}:3:1: error: unknown key "geo-dat": did you mean geo-data?`);
    expect(result.plain[1]).toContain(`${file}:4:10: error: workers must be at least 1`);
  });

  it('from the environment are named by their variable', async () => {
    const result = await run(['serve'], { MERIDIAN_LISTEN: 'nonsense' });
    expect(result.code).toBe(2);
    expect(result.plain[0]).toMatch(/^meridian: MERIDIAN_LISTEN must be ADDRESS:PORT/);
  });

  it('win in the order flag, environment, file', async () => {
    const [flag, env, file] = [await freePort(), await freePort(), await freePort()];
    writeFileSync(join(folder, 'status.yaml'), `admin: 127.0.0.1:${file}\n`);
    const ask = async (args: string[], variables: Record<string, string>) => {
      const result = await run(['status', '--config', 'status.yaml', ...args], variables);
      expect(result.code).toBe(1);
      return result.plain[0];
    };
    const variables = { MERIDIAN_ADMIN: `127.0.0.1:${env}` };
    expect(await ask([], {})).toContain(`127.0.0.1:${file}`);
    expect(await ask([], variables)).toContain(`127.0.0.1:${env}`);
    expect(await ask(['--admin', `127.0.0.1:${flag}`], variables)).toContain(`127.0.0.1:${flag}`);
  });

  it('never show a password', async () => {
    const port = await freePort();
    const result = await run(['status', '--redis', `redis://user:hunter2@127.0.0.1:${port}`]);
    expect(result.code).toBe(1);
    expect(result.stdout + result.stderr).not.toContain('hunter2');
    const refused = await run(['status', '--redis', 'http://user:hunter2@127.0.0.1']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).not.toContain('hunter2');
  });
});

describe('serve', () => {
  it('says exactly one line on stdout once it answers, and exits 0 on SIGTERM', async () => {
    const node = await serve({ zones: ONE_ZONE, listen: ['127.0.0.1', '::1'] });
    expect(node.readyLine).toBe(
      `meridian ready: dns 127.0.0.1:${node.dnsPort} udp+tcp, dns [::1]:${node.dnsPort} udp+tcp, admin ${node.adminUrl}, 1 zones, state embedded`,
    );
    const answer = await run(['query', 'www.a.example', '--server', `[::1]:${node.dnsPort}`, '--json']);
    expect(JSON.parse(answer.stdout)).toMatchObject({ rcode: 'NOERROR', answer: [{ data: '192.0.2.1' }] });
    const ended = await node.stop();
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(node.stdout).toBe(`${node.readyLine}\n`);
  });

  it('reads its settings from a file and from the environment as from flags', async () => {
    const node = await serve({
      zones: ONE_ZONE,
      config: 'log-level: debug\nnode: from-file\n',
      env: { MERIDIAN_CLUSTER: 'from-env' },
    });
    const status = (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as Record<string, unknown>;
    expect(status).toMatchObject({ node: 'from-file', cluster: 'from-env' });
  });

  it('ends on SIGINT too, and at once on a second signal', async () => {
    const node = await serve({ zones: ONE_ZONE });
    node.child.kill('SIGINT');
    node.child.kill('SIGTERM');
    const ended = await node.stop('SIGINT');
    expect(ended.signal).toBeNull();
    expect([0, 1]).toContain(ended.code);
    expect(ended.tookMs).toBeLessThan(5_000);
  });

  it('names the DNS port that is taken, in one line, and exits 1', async () => {
    const port = await takePort();
    const result = await run(['serve', '--listen', `127.0.0.1:${port}`, '--admin', 'off']);
    expect(result.code).toBe(1);
    expect(result.plain).toHaveLength(1);
    expect(result.plain[0]).toContain(`127.0.0.1:${port}`);
    expect(result.stdout).toBe('');
  });

  it('does not start without the API that it promises', async () => {
    const port = await takePort();
    const result = await run(['serve', '--listen', '127.0.0.1:0', '--admin', `127.0.0.1:${port}`]);
    expect(result.code).toBe(1);
    expect(result.plain).toHaveLength(1);
    expect(result.plain[0]).toContain(`http://127.0.0.1:${port}`);
    expect(result.plain[0]).toContain('--admin');
  });

  it.runIf(process.getuid?.() === 0)('refuses root beyond loopback and says the cure', async () => {
    const result = await run(['serve', '--listen', '0.0.0.0:0', '--admin', 'off']);
    expect(result.code).toBe(2);
    expect(result.plain[0]).toContain('--allow-root');
  });

  it('keeps serving a zone whose file was broken, says where, and takes the mended one at SIGHUP', async () => {
    const node = await serve({ zones: ONE_ZONE });
    const ask = async () =>
      (
        JSON.parse(
          (await run(['query', 'www.a.example', '--server', `127.0.0.1:${node.dnsPort}`, '--json'])).stdout,
        ) as { answer: { data: string }[] }
      ).answer[0]?.data;
    node.writeZone('a.example.yaml', `${NS}www: {type: A, value: nonsense}\n`);
    node.reload();
    await node.waitForText(/a\.example\.yaml:2:/);
    expect(await ask()).toBe('192.0.2.1');
    const status = await run(['status', '--admin', node.adminUrl]);
    expect(status.stdout).toMatch(/a\.example\. +last-good/);
    expect(status.stdout).toMatch(/a\.example\.yaml:2:\d+: error: www A/);
    expect((await node.change('POST', '/api/v1/reload')).status).toBe(409);
    node.writeZone('a.example.yaml', `${NS}www: {type: A, value: 192.0.2.2}\n`);
    expect((await node.change('POST', '/api/v1/reload')).status).toBe(200);
    expect(await ask()).toBe('192.0.2.2');
  });
});

describe('the sample zones', () => {
  it('steer Europe and North America apart from the first moment', async () => {
    const node = await serve(SAMPLES);
    const ask = async (subnet: string) => {
      const result = await run([
        'query',
        'www.gslb.example.com',
        '--subnet',
        subnet,
        '--server',
        `127.0.0.1:${node.dnsPort}`,
        '--json',
      ]);
      return JSON.parse(result.stdout) as { answer: { data: string }[]; subnet: { source: string; scope: number } };
    };
    const europe = await ask('81.2.69.0/24');
    expect(europe.answer[0]!.data).toMatch(/^198\.51\.100\.1[01]$/);
    expect(europe.subnet.source).toBe('81.2.69.0/24');
    expect(europe.subnet.scope).toBeGreaterThan(0);
    expect((await ask('64.6.64.0/24')).answer[0]!.data).toMatch(/^192\.0\.2\.1[01]$/);
    expect((await ask('2a00:1450::/32')).answer[0]!.data).toMatch(/^(198|192|203)\./);

    const explained = await run([
      'explain',
      'www.gslb.example.com',
      '--client',
      '192.0.2.7',
      '--ecs',
      '81.2.69.0/24',
      '--admin',
      node.adminUrl,
      '--json',
    ]);
    expect(JSON.parse(explained.stdout)).toMatchObject({
      ecsLocation: { continent: 'EU' },
      trace: { steps: [{ placedBy: 'client subnet', outcome: 'pool eu-west' }] },
    });
    const status = await run(['status', '--admin', node.adminUrl, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      nodes: [{ state: 'embedded' }],
      zones: [{ zone: 'gslb.example.com.' }, { zone: 'static.example.net.' }],
    });
  });
});

describe('probe', () => {
  it('starts and works without Redis, serves metrics, and exits 0 on SIGTERM', async () => {
    const [redisPort, metricsPort] = [await freePort(), await freePort()];
    const agent = startProbe({
      ...SAMPLES,
      region: 'eu-west',
      agent: 'a1',
      redis: `redis://:hunter2@127.0.0.1:${redisPort}`,
      metricsPort,
    });
    running.push(agent);
    await agent.waitForText(/^meridian probe ready: .*$/m);
    expect(agent.stdout).toBe(
      `meridian probe ready: region eu-west, agent a1, 1 checks, redis redis://***@127.0.0.1:${redisPort}\n`,
    );
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toContain('meridian_agent_info{agent="a1",region="eu-west"} 1');
    expect(await agent.stop()).toMatchObject({ code: 0, signal: null });
    expect(agent.stdout + agent.stderr).not.toContain('hunter2');
  });

  it('takes up the checks of a zone that is saved while it runs', async () => {
    const agent = startProbe({ zones: ONE_ZONE, region: 'eu-west', redis: `redis://127.0.0.1:${await freePort()}` });
    running.push(agent);
    await agent.waitForText('meridian probe ready');
    const steered = `${NS}www:\n  type: A\n  value: 192.0.2.1\n  dynamic:\n    pools: {p: {values: [{value: 127.0.0.1}]}}\n    rules: [{pool: p}]\n  octodns: {healthcheck: {protocol: TCP, port: ${await freePort()}}}\n`;
    agent.writeZone('a.example.yaml', steered);
    await agent.waitForText(/"to":"down".*"reason":"connect refused"/, 5_000);
  });
});

describe('check', () => {
  it('exits 0 for valid files, 1 for faults with their places, 2 for wrong usage', async () => {
    expect(await run(['check'])).toMatchObject({ code: 0, stdout: 'checked 1 file: no errors, no warnings\n' });
    const broken = join(folder, 'b.example.yaml');
    writeFileSync(broken, `${NS}www: {type: A, value: nonsense}\nx: {type: A, value: 1}\n`);
    const faulty = await run(['check', 'b.example.yaml', '--json']);
    expect(faulty.code).toBe(1);
    const report = JSON.parse(faulty.stdout) as { files: { ok: boolean; faults: { line: number; file: string }[] }[] };
    expect(report.files).toMatchObject([{ path: 'b.example.yaml', zone: 'b.example.', ok: false }]);
    expect(report.files[0]!.faults.map((fault) => fault.line)).toEqual([2, 3]);
    expect((await run(['check', 'none.yaml'])).code).toBe(2);
  });
});

it('a reader that has seen enough is no failure', async () => {
  const main = join(ROOT, 'src/cli/main.ts');
  const script = `"$0" "$1" check --schema | head -c 1; echo " \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, main], { cwd: folder });
  expect(stdout).toBe('{ 0\n');
  expect(stderr).toBe('');
});
