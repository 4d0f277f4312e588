import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { descriptorsLeft } from '../../../src/server/descriptor-room.ts';

describe('descriptorsLeft', () => {
  it('tells a number, or that nobody knows', () => {
    expect(descriptorsLeft()).not.toBeNaN();
  });

  it.skipIf(!existsSync('/proc/self/limits'))('follows the limit of the process (skipped without /proc)', () => {
    const module = join(import.meta.dirname, '../../../src/server/descriptor-room.ts');
    const program = `import { descriptorsLeft } from ${JSON.stringify(module)}; console.log(descriptorsLeft())`;
    const left = (limit: number) => {
      const script = `ulimit -n ${limit} && exec "$0" --input-type=module -e "$1"`;
      return Number(spawnSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' }).stdout);
    };
    expect(left(128) - left(64)).toBe(64 - 16);
    expect(left(64)).toBeLessThan(64 - 16);
    // What is kept back is in use itself.
    expect(left(24)).toBeLessThan(0);
  });
});
