/** The project's own zones in YAML: the samples, and those that tests ship. */

import { globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Paths of the files, in order. */
export function ourYamlFiles(): string[] {
  return ['zones', 'test/vectors/zones'].flatMap((folder) => globSync(join(ROOT, folder, '**/*.yaml'))).sort();
}
