/**
 * Preloaded into a node under drill: a query for a name with the label `death` meets a bug, one with `exit` ends its worker.
 * Only the source of the answer's conductor is changed, as it is loaded.
 */

import { registerHooks } from 'node:module';

const INJECTION = `
  const octets = Buffer.from(tx.bytes.buffer, tx.bytes.byteOffset + tx.start, tx.length);
  if (octets.includes('death')) throw new Error('injected bug');
  if (octets.includes('exit')) process.exit(7);
`;
const HEAD = /export function answerQuery\([^{]*\{/;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/answer/answer-query.ts')) return loaded;
    const source = String(loaded.source);
    if (!HEAD.test(source)) throw new Error('the drill does not find answerQuery');
    return { ...loaded, source: source.replace(HEAD, (head) => head + INJECTION) };
  },
});
