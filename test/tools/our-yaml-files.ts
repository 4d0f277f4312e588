/** The project's own zones in YAML: the samples, and those that tests ship. */

import { globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Paths of the files, in order; at least one. */
export function ourYamlFiles(): string[] {
  const paths = ['zones', 'test/vectors/zones'].flatMap((folder) => globSync(join(ROOT, folder, '**/*.yaml'))).sort();
  if (paths.length === 0) throw new Error('no zone files of ours');
  return paths;
}
