import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveSettings } from '../../../src/cli/resolve-settings.ts';
import { runServe } from '../../../src/cli/serve-command.ts';

function given(flags: Record<string, string>) {
  return resolveSettings({ flags, configFile: null, environment: {} });
}

it('starts nothing when the settings cannot work', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-serve-'));
  await expect(runServe(given({ zones: join(folder, 'none') }))).rejects.toMatchObject({ exitCode: 2 });
  await expect(runServe(given({ zones: folder, 'admin-token-file': join(folder, 'none') }))).rejects.toMatchObject({
    exitCode: 2,
  });
  rmSync(folder, { recursive: true });
});
