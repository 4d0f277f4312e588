/** All that reading a YAML text tells, as a text to compare: every node with its place, every fault, and what it cost. */

import { createFaultSink } from '../../src/zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument, type YamlInclude } from '../../src/zone/yaml-document.ts';
import type { YamlNode } from '../../src/zone/yaml-node.ts';

/** Of `text` when it is read in pieces of `pieceChars`. */
export function yamlTree(text: string, include: YamlInclude, pieceChars: number): string {
  const sink = createFaultSink();
  const budget = createYamlBudget();
  const root = readYamlDocument({ path: 'f', text }, include, sink, budget, pieceChars);
  return JSON.stringify({ root: root === null ? null : plain(root), faults: sink.faults(), budget });
}

function plain(node: YamlNode): unknown {
  const { at } = node;
  const file = { path: node.file.path, isBare: node.file.isBare };
  if (node.kind === 'scalar') return { ...file, at, written: node.written, scalar: shown(node.scalar) };
  const { end } = node;
  if (node.kind === 'seq') return { ...file, at, end, items: node.items.map(plain) };
  return {
    ...file,
    at,
    end,
    entries: [...node.entries].map(([id, { key, value }]) => [id, plain(key), plain(value)]),
  };
}

/** JSON has no big numbers and no octets. */
function shown(scalar: object): string {
  return Object.entries(scalar).flat().map(String).join(' ');
}
