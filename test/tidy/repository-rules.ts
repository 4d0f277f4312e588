/** Rules of the repository as a whole: what a stranger's clone may and may not hold. */

import { parse } from 'yaml';
import { isLoopbackTarget, isServedUnchecked, type ZoneDocument } from './sample-targets.ts';

/** A committed file. */
export type RepositoryFile = { readonly path: string; readonly text: string };

const ARCHITECTURE_LINES_MAX = 200;
/** Folders of one developer's machine; spelt apart so that this file passes. */
const MACHINE_PATHS = new RegExp(
  `(^|[^\\w.-])/(${['work/(main|shared|scratch|[.]library)', 'home/\\w+', 'Users/\\w+'].join('|')})(/|\\b)`,
);
const PACKAGE_HOST = /^https?:\/\//;

/** Machine paths in files. */
export function findMachinePaths(files: readonly RepositoryFile[]): string[] {
  return files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, i) => (MACHINE_PATHS.test(line) ? [`${file.path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

/** Hosts written into the lock file: a clone must be able to use its own registry. */
export function findLockedHosts(lockText: string): string[] {
  const lock = JSON.parse(lockText) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };
  return Object.entries(lock.packages).flatMap(([name, entry]) => {
    if (name === '') return [];
    const faults = PACKAGE_HOST.test(entry.resolved ?? '') ? [`${name}: resolved ${entry.resolved}`] : [];
    return entry.integrity === undefined && entry.link !== true ? [...faults, `${name}: no integrity`] : faults;
  });
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
