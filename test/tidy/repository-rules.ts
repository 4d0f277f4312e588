/** Rules of the repository as a whole: what a stranger's clone may and may not hold. */

import { parse } from 'yaml';
import { isLoopbackTarget, isServedUnchecked, type ZoneDocument } from './sample-targets.ts';

/** A committed file. */
export type RepositoryFile = { readonly path: string; readonly text: string };

const ARCHITECTURE_LINES_MAX = 200;
/** npm passes over an optional package whose `engines` the Node that runs npm does not meet, and it may be as old as this. */
const OLDEST_NPM_NODE = 18;
/** Folders of one developer's machine; spelt apart so that this file passes. */
const MACHINE_PATHS = new RegExp(
  `(^|[^\\w.-])/(${['work/(main|shared|scratch|[.]library)', 'home/\\w+', 'Users/\\w+'].join('|')})(/|\\b)`,
);
const PACKAGE_HOST = /^https?:\/\//;

type LockEntry = {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly libc?: string | readonly string[];
  readonly engines?: { readonly node?: string };
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** Machine paths in files. */
export function findMachinePaths(files: readonly RepositoryFile[]): string[] {
  return files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, i) => (MACHINE_PATHS.test(line) ? [`${file.path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

/** What of the lock file a clone could not use: hosts of registries, and packages that nothing vouches for. */
export function findLockFaults(lockText: string): string[] {
  const lock = JSON.parse(lockText) as { packages: Record<string, LockEntry> };
  return Object.entries(lock.packages).flatMap(([name, entry]) => {
    if (name === '') return [];
    const hosts = PACKAGE_HOST.test(entry.resolved ?? '') ? [`${name}: resolved ${entry.resolved}`] : [];
    const isVouched = entry.integrity !== undefined || entry.link === true || isForOtherPlatforms(entry);
    const missing = Object.keys(entry.optionalDependencies ?? {})
      .filter((wanted) => !Object.keys(lock.packages).some((known) => known.endsWith(`node_modules/${wanted}`)))
      .map((wanted) => `${name}: its optional ${wanted} is not locked, and npm ci refuses that`);
    const left =
      entry.optional === true && oldestMajor(entry.engines?.node) > OLDEST_NPM_NODE
        ? [`${name}: npm on Node ${OLDEST_NPM_NODE} would leave it out`]
        : [];
    return [...hosts, ...(isVouched ? [] : [`${name}: no integrity`]), ...missing, ...left];
  });
}

/** The lowest major version that a range of Node versions speaks of; 0 for none. */
function oldestMajor(range: string | undefined): number {
  const majors = [...(range ?? '0').matchAll(/(?:^|[\s^>=~|])(\d+)(?=\.|\s|$)/g)].map((match) => Number(match[1]));
  return Math.min(...majors);
}

/** Packages that npm leaves out on Linux with glibc, where everything is tested; their octets need not be known. */
function isForOtherPlatforms(entry: LockEntry): boolean {
  if (entry.optional !== true) return false;
  const isLinux = entry.os === undefined || [entry.os].flat().includes('linux');
  return !isLinux || (entry.libc !== undefined && ![entry.libc].flat().includes('glibc'));
}

/** Versions in package.json that are ranges: npm would choose by the Node that runs it. */
export function findInexactVersions(packageText: string): string[] {
  const manifest = JSON.parse(packageText) as Record<string, Record<string, string> | undefined>;
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${field}: ${name} ${version}`),
  );
}

/** What ARCHITECTURE.md lacks. */
export function findArchitectureFaults(text: string, floors: readonly string[]): string[] {
  const lines = text.trimEnd().split('\n').length;
  const long = lines > ARCHITECTURE_LINES_MAX ? [`${lines} lines, at most ${ARCHITECTURE_LINES_MAX}`] : [];
  const missing = floors
    .filter((floor) => !new RegExp(`\\b${floor}\\b`).test(text))
    .map((floor) => `does not name the floor ${floor}`);
  return [...long, ...missing];
}

/** Endpoints of sample zones that a probe agent would send packets to, off this machine. */
export function findStrayTargets(files: readonly RepositoryFile[]): string[] {
  return files.flatMap((file) => {
    const zone = parse(file.text, { version: '1.1', merge: true, uniqueKeys: false }) as ZoneDocument | null;
    return Object.entries(zone ?? {}).flatMap(([name, records]) =>
      [records]
        .flat()
        .flatMap((record) =>
          Object.entries(record?.dynamic?.pools ?? {}).flatMap(([pool, { values }]) =>
            (values ?? [])
              .filter((endpoint) => !isServedUnchecked(endpoint) && !isLoopbackTarget(record, endpoint.value))
              .map(
                (endpoint) => `${file.path}: ${name} pool ${pool}: ${endpoint.value} would be checked off this machine`,
              ),
          ),
        ),
    );
  });
}
