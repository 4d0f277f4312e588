import { describe, expect, it } from 'vitest';
import { AGENTS_MAX } from '../../../src/base/limits.ts';
import { PeerAgents } from '../../../src/probe/peer-agents.ts';

describe('peer agents', () => {
  it('are told when they come and when they have been silent for too long', () => {
    const peers = new PeerAgents(1_000);
    expect(peers.changed(0)).toBeNull();
    peers.hear('b', 0);
    peers.hear('a', 500);
    expect(peers.changed(600)).toEqual(['a', 'b']);
    peers.hear('a', 900);
    expect(peers.changed(1_000)).toBeNull();
    expect(peers.changed(1_001)).toEqual(['a']);
    expect(peers.changed(5_000)).toEqual([]);
  });

  it('are no more than agents can be, whoever writes to the store', () => {
    const peers = new PeerAgents(1_000);
    for (let i = 0; i < AGENTS_MAX + 10; i++) peers.hear(`a${i}`, 0);
    expect(peers.changed(0)).toHaveLength(AGENTS_MAX);
  });
});
