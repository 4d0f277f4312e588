import { expect, it } from 'vitest';
import { openRedis } from '../../../src/cli/open-redis.ts';
import { freePort } from '../../tools/free-port.ts';

it('says in one line which Redis cannot be reached, without its password', async () => {
  const port = await freePort();
  const opened = openRedis({ redis: `redis://user:hunter2@127.0.0.1:${port}` });
  await expect(opened).rejects.toThrow(
    new RegExp(`^cannot reach Redis at redis://\\*\\*\\*@127\\.0\\.0\\.1:${port}: [^\n]+$`),
  );
});
