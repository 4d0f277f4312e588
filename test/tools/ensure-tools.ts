/**
 * Run by `npm test` before anything else: sees that the programs the suites drive are there. As root on Debian it installs the
 * missing ones from the distribution, without starting any service; elsewhere it says in one line what to install and what is
 * left out. Only a missing redis-server ends the run.
 *
 * `MERIDIAN_TOOLS_INSTALL=no` forbids the installation.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findTool, TOOLS, type Tool } from './tool-finder.ts';

const UPDATE_TIMEOUT_MS = 120_000;
const INSTALL_TIMEOUT_MS = 300_000;
/** Debian's hook that decides whether a package's service may start; 101 is no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
const APT_OPTIONS = [
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'Acquire::https::Timeout=20',
  '-o',
  'DPkg::Lock::Timeout=120',
];

const missing = missingTools();
if (missing.length > 0 && mayInstall()) installPackages(missing);
process.exitCode = report(missingTools());

function missingTools(): Tool[] {
  return TOOLS.filter((tool) => findTool(tool.name) === null);
}

function mayInstall(): boolean {
  return process.env.MERIDIAN_TOOLS_INSTALL !== 'no' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** One try for all of them, then one by one: a package this release does not have must not keep out the others. */
function installPackages(tools: readonly Tool[]): void {
  const packages = tools.map((tool) => tool.debianPackage);
  console.log(`tests: installing ${packages.join(' ')} from the distribution`);
  const policyIsOurs = !existsSync(SERVICE_POLICY);
  try {
    if (policyIsOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    runApt(['update'], UPDATE_TIMEOUT_MS);
    if (runApt(['install', ...packages], INSTALL_TIMEOUT_MS) || packages.length === 1) return;
    for (const name of packages) runApt(['install', name], INSTALL_TIMEOUT_MS);
  } catch (error) {
    console.log(`tests: cannot install packages: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (policyIsOurs) rmSync(SERVICE_POLICY, { force: true });
  }
}

/** True when apt-get said it worked; what it printed is shown only when not. */
function runApt(args: readonly string[], timeoutMs: number): boolean {
  const result = spawnSync('/usr/bin/apt-get', [...APT_OPTIONS, '-y', '-q', '--no-install-recommends', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: timeoutMs,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  if (result.status === 0) return true;
  const said = `${result.stderr ?? ''}`.trim().split('\n').slice(-3).join(' | ');
  console.log(`tests: apt-get ${args.join(' ')} did not work: ${result.error?.message ?? said}`);
  return false;
}

/** The exit code: 1 when a required program is missing. */
function report(tools: readonly Tool[]): number {
  for (const tool of tools) {
    const cure = `install the package ${tool.debianPackage}, or set ${tool.variable} to the binary`;
    if (tool.required) console.error(`tests: ${tool.name} is required: ${cure}`);
    else console.log(`tests: no ${tool.name}, left out: ${tool.suites} (${cure})`);
  }
  return tools.some((tool) => tool.required) ? 1 : 0;
}
