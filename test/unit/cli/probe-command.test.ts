import { expect, it } from 'vitest';
import { runProbe } from '../../../src/cli/probe-command.ts';

it('starts nothing without a region, a Redis or zones', async () => {
  const redis = 'redis://127.0.0.1:6379';
  await expect(runProbe({ redis })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('--region'),
  });
  await expect(runProbe({ region: 'eu' })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('--redis'),
  });
  await expect(runProbe({ region: 'eu', redis, zones: '/nonexistent' })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('--zones'),
  });
});
