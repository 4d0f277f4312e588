/**
 * Why a client gets which answer: one query made up, answered by the same code and tables as any other, with its decisions
 * written down. For `explain` on the command line and over HTTP. Runs on the control thread.
 */

import { answerQuery } from '../answer/answer-query.ts';
import { createCounters } from '../answer/counters.ts';
import type { ServingTables } from '../answer/serving-tables.ts';
import { Transaction, Transport } from '../answer/transaction.ts';
import { addressBytes, type IpAddress, parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import { type IpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';
import { MESSAGE_BYTES_MAX, UDP_EDNS_BYTES_MAX } from '../base/limits.ts';
import { addCosts } from '../decision/pool-cost.ts';
import { RecordedRandom } from '../decision/recorded-random.ts';
import { narrowFences, narrowRules } from '../decision/rule-trace.ts';
import { DecisionTrace, type NameTrace } from '../decision/trace.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { Location } from '../geo/location.ts';
import { type LocationTable, lookupLocation } from '../geo/location-table.ts';
import type { NumberedRegion } from '../geo/nearest-regions.ts';
import type { Region } from '../geo/region.ts';
import { DnsClass, EdnsOption, RRType, typeCode, typeName } from '../wire/codes.ts';
import { nameFromText, nameToText } from '../wire/name.ts';
import { HEADER_BYTES } from '../wire/query-parser.ts';
import type { ExplainedEndpoint } from './node-status.ts';

/** What was asked cannot be a query; the message says which part. */
export class ExplainError extends Error {
  override readonly name = 'ExplainError';
}

/** Plain data, JSON as it is. */
export type Explanation = {
  /** Presentation forms: absolute name, mnemonic, addresses. */
  readonly name: string;
  readonly type: string;
  readonly client: string;
  readonly ecs: string | null;
  /** Where the packet's source and the client's subnet are, as far as is known; null for unknown. */
  readonly clientLocation: Location | null;
  readonly ecsLocation: Location | null;
  /** The names on the way from the question to the answer; empty when no zone here holds it. */
  readonly path: readonly NameTrace[];
  /** Seeds and steps of the decision; no steps when nothing was steered. */
  readonly trace: Pick<DecisionTrace, 'seed' | 'rotationSeed' | 'steps' | 'followed'>;
  /** Names of the agent regions that a trace numbers (`StepTrace.nearest`). */
  readonly agentRegions: readonly NumberedRegion[];
  /** Health, votes and configuration of every endpoint in the trace. */
  readonly endpoints: readonly ExplainedEndpoint[];
  /** The answer over TCP, in base64; empty for silence. */
  readonly answer: string;
};

/** What is known where the question is asked. */
export type ExplainGround = {
  readonly tables: ServingTables;
  readonly locations: LocationTable | null;
  readonly regions: readonly Region[];
  /** What agents have measured, as the tables go by it. */
  readonly facts: LatencyFacts;
  /** The regions with agents, as health words number them. */
  readonly agentRegions: readonly NumberedRegion[];
  /** Status of the endpoint in a slot of the health table. */
  readonly endpointOf: (slot: number) => ExplainedEndpoint | null;
};

export type ExplainInput = ExplainGround & {
  readonly name: string;
  readonly type: string;
  readonly client: string;
  readonly ecs: string | null;
  readonly seed: number;
  /** Where rotations stood, which steps were spread, and the regions near the client, when decisions are made again. */
  readonly told?: {
    readonly rotationSeed: number;
    readonly turns: Int32Array;
    readonly spreads: readonly boolean[];
    readonly nearest: DecisionTrace['toldNearest'];
  };
};

/** Throws {@link ExplainError}. */
export function explainQuery(input: ExplainInput): Explanation {
  const name = nameFromText(input.name.endsWith('.') ? input.name : `${input.name}.`);
  if (typeof name === 'string') throw new ExplainError(`"${input.name}" is no name: ${name}`);
  const type = typeCode(input.type);
  if (type < 0) throw new ExplainError(`"${input.type}" is no record type: use A, AAAA, TXT … or TYPE65280`);
  const parsed = parseIpAddress(input.client);
  if (parsed === null) throw new ExplainError(`"${input.client}" is no IP address`);
  const client = unmapAddress(parsed);
  const subnet = input.ecs === null ? null : parseIpPrefix(input.ecs);
  if (typeof subnet === 'string') throw new ExplainError(`"${input.ecs}" is no prefix: ${subnet}`);
  const bytes = new Uint8Array(MESSAGE_BYTES_MAX);
  const trace = new DecisionTrace();
  const chance = new RecordedRandom(0);
  trace.chance = chance;
  const tx = new Transaction(input.seed, chance);
  tx.bytes = bytes;
  tx.length = writeQuery(bytes, name, type, subnet);
  tx.transport = Transport.TCP;
  tx.clientFamily = client.family;
  tx.clientWords.set(client.words);
  tx.trace = trace;
  if (input.told !== undefined) {
    for (const decision of [tx.decision, tx.followed.decision]) {
      decision.rotationSeed = input.told.rotationSeed;
      decision.turns = input.told.turns.slice();
    }
    trace.toldSpreads = input.told.spreads;
    trace.toldNearest = input.told.nearest;
  }
  const octets = answerQuery(tx, input.tables, createCounters());
  const clientLocation = placeOf(input.locations, client);
  const ecsLocation = subnet === null ? null : placeOf(input.locations, subnet);
  const checkOf = ({ slot }: { readonly slot: number }) => {
    const endpoint = slot < 0 ? null : input.endpointOf(slot);
    return endpoint === null ? null : { id: endpoint.check, weight: endpoint.weight };
  };
  for (const step of trace.steps) {
    if (step.placedBy === 'not needed') continue;
    const isBySubnet = step.placedBy === 'client subnet';
    const location = isBySubnet ? ecsLocation : clientLocation;
    addCosts(step, location, input.regions, input.facts, checkOf);
    narrowRules(step, isBySubnet && subnet !== null ? subnet : client, location);
    narrowFences(step, location);
  }
  return {
    name: nameToText(name),
    type: typeName(type),
    client: input.client,
    ecs: input.ecs,
    clientLocation,
    ecsLocation,
    path: trace.path,
    trace: { seed: trace.seed, rotationSeed: trace.rotationSeed, steps: trace.steps, followed: trace.followed },
    agentRegions: input.agentRegions,
    endpoints: endpointsOf(trace, input.endpointOf),
    answer: Buffer.from(bytes.subarray(0, octets)).toString('base64'),
  };
}

function endpointsOf(trace: DecisionTrace, endpointOf: ExplainInput['endpointOf']): ExplainedEndpoint[] {
  const slots = new Set<number>();
  for (const step of trace.steps) {
    for (const pool of step.pools) for (const { slot } of pool.endpoints) if (slot >= 0) slots.add(slot);
  }
  return [...slots].flatMap((slot) => endpointOf(slot) ?? []);
}

function placeOf(table: LocationTable | null, address: IpAddress): Location | null {
  if (table === null) return null;
  return table.placeOf(lookupLocation(table, address.family, address.words));
}

/** A query with EDNS (RFC 6891) and, with `subnet`, a Client Subnet (RFC 7871 6); returns its octets. */
function writeQuery(bytes: Uint8Array, name: Uint8Array, type: number, subnet: IpPrefix | null): number {
  const view = new DataView(bytes.buffer);
  view.setUint16(4, 1);
  view.setUint16(10, 1);
  bytes.set(name, HEADER_BYTES);
  let at = HEADER_BYTES + name.length;
  view.setUint16(at, type);
  view.setUint16(at + 2, DnsClass.IN);
  at += 5;
  view.setUint16(at, RRType.OPT);
  view.setUint16(at + 2, UDP_EDNS_BYTES_MAX);
  at += 10;
  if (subnet === null) return at;
  const address = addressBytes(subnet).subarray(0, Math.ceil(subnet.length / 8));
  view.setUint16(at - 2, 8 + address.length);
  view.setUint16(at, EdnsOption.CLIENT_SUBNET);
  view.setUint16(at + 2, 4 + address.length);
  view.setUint16(at + 4, subnet.family === 4 ? 1 : 2);
  bytes[at + 6] = subnet.length;
  bytes.set(address, at + 8);
  return at + 8 + address.length;
}
