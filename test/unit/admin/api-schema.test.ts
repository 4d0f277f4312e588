import { expect, it } from 'vitest';
import { clusterShape, nodeShape, statusShape } from '../../../src/admin/api-schema.ts';
import { sampleNode } from './sample-node.ts';

it('holds what a node says', () => {
  const node = sampleNode();
  expect(statusShape.safeParse(node.status()).error).toBeUndefined();
  expect(nodeShape.safeParse({ ...node.view.brief(node.status()), needsToken: false }).error).toBeUndefined();
});

it('does not hold what a node never says', () => {
  const brief = { ...sampleNode().view.brief(sampleNode().status()), needsToken: false };
  expect(nodeShape.safeParse({ ...brief, queries: -1 }).success).toBe(false);
  expect(nodeShape.safeParse({ ...brief, mode: null }).success).toBe(false);
  expect(clusterShape.safeParse({ trouble: null, nodes: [{ node: 'a' }] }).success).toBe(false);
});
