/**
 * What the text of one zone file says, whatever the order of its keys: read as `check` reads it, and digested, so that an edit can be
 * held to what it was meant to change. Includes are not followed; they count by the name of their file.
 */

import { createHash } from 'node:crypto';
import type { Fault } from '../base/fault.ts';
import { createFaultSink } from '../zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument } from '../zone/yaml-document.ts';
import { keyId, type YamlNode } from '../zone/yaml-node.ts';

/** `digest` is null where the text is not what octoDNS takes for YAML; `faults` then say why. */
export type ZoneMeaning = { readonly digest: string | null; readonly faults: readonly Fault[] };

/** Reads `text`; never throws for what stands in it. */
export function readMeaning(path: string, text: string): ZoneMeaning {
  const sink = createFaultSink();
  const stub = (target: string) => ({ path: target, text: `{${JSON.stringify(`!include ${target}`)}: ''}` });
  const root = readYamlDocument({ path, text }, stub, sink, createYamlBudget());
  return { digest: root === null ? null : digestOf(root, new Map()), faults: sink.faults() };
}

/** Aliases make one node of many, so each is digested once. */
function digestOf(node: YamlNode, known: Map<YamlNode, string>): string {
  const old = known.get(node);
  if (old !== undefined) return old;
  const hash = createHash('sha256');
  if (node.kind === 'scalar') hash.update(`${node.scalar.type} ${keyId(node.scalar)}`);
  else if (node.kind === 'seq') {
    hash.update('[');
    for (const item of node.items) hash.update(digestOf(item, known));
  } else {
    hash.update('{');
    const parts = Array.from(node.entries, ([id, { value }]) => [id, digestOf(value, known)] as const);
    for (const part of parts.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(JSON.stringify(part));
  }
  const digest = hash.digest('base64');
  known.set(node, digest);
  return digest;
}
