import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runServe } from '../../../src/cli/serve-command.ts';

it('starts nothing when the settings cannot work', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-serve-'));
  await expect(runServe({ zones: join(folder, 'none') })).rejects.toMatchObject({ exitCode: 2 });
  await expect(runServe({ zones: folder, 'admin-token-file': join(folder, 'none') })).rejects.toMatchObject({
    exitCode: 2,
  });
  rmSync(folder, { recursive: true });
});
