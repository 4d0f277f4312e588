/**
 * TXT `_explain.NAME`: why the sender gets which answer to NAME, over DNS, for operators on networks that the configuration names
 * (`AnswerPolicy.explainFrom`, by the packet's source and nothing that a query says of itself). For everybody else the name is a name
 * like others. What is decided is what the sender would get for A, else for AAAA or CNAME, else for SRV, HTTPS or SVCB that follow health, its Client Subnet included.
 *
 * Not the query's way: it allocates, some 0.1 ms for an ordinary record and 30 ms for the largest, so each worker gives
 * EXPLAIN_ANSWERS_PER_SECOND and refuses the rest.
 */

import type { IpAddress } from '../base/ip-address.ts';
import { prefixContains } from '../base/ip-prefix.ts';
import { EXPLAIN_ANSWERS_PER_SECOND, EXPLAIN_STRINGS_MAX, MESSAGE_BYTES_MAX } from '../base/limits.ts';
import { nextState } from '../base/random.ts';
import {
  DecisionTrace,
  type EndpointTrace,
  type FollowTrace,
  type PoolTrace,
  type StepTrace,
} from '../decision/trace.ts';
import { ExtendedError, Rcode, RRType } from '../wire/codes.ts';
import { HEADER_BYTES, QueryStatus } from '../wire/query-parser.ts';
import { QNAME_POINTER } from '../wire/response-writer.ts';
import { answerName } from './answer-name.ts';
import type { ServingTables } from './serving-tables.ts';
import { Transaction, Transport } from './transaction.ts';

const LABEL = new TextEncoder().encode('\x08_explain');
/** Octets of one character-string (RFC 1035 3.3). */
const STRING_BYTES_MAX = 255;
const VERDICTS = ['unknown', 'up', 'down'] as const;

/** What this thread has left to give in the second at hand; one per thread, as no two queries are answered at once. */
const budget = { second: -1, left: 0 };

/** Answers `tx` if it is such a question from a network that may ask; false: it is a question like others. */
export function answerExplain(tx: Transaction, tables: ServingTables): boolean {
  const { query, policy } = tx;
  if (policy.explainFrom.length === 0 || query.qname.labels < 2) return false;
  for (let i = 0; i < LABEL.length; i++) if (query.qname.lower[i] !== LABEL[i]) return false;
  const source: IpAddress = { family: tx.clientFamily, words: tx.clientWords };
  if (!policy.explainFrom.some((prefix) => prefixContains(prefix, source))) return false;
  if (tables.index.find(query.qname, 1) < 0) return false;
  if (!takeOne(tx.nowSeconds)) {
    tx.rcode = Rcode.REFUSED;
    tx.extendedError = ExtendedError.PROHIBITED;
    return true;
  }
  tx.isAuthoritative = true;
  writeStrings(tx, explain(tx, tables));
  return true;
}

function takeOne(second: number): boolean {
  if (budget.second !== second) {
    budget.second = second;
    budget.left = EXPLAIN_ANSWERS_PER_SECOND;
  }
  return budget.left-- > 0;
}

/** The explanation as texts, for the first type that is steered. */
function explain(tx: Transaction, tables: ServingTables): string[] {
  let last: string | null = null;
  for (const type of [RRType.A, RRType.AAAA, RRType.SRV, RRType.HTTPS, RRType.SVCB]) {
    const { inner, trace } = decideInner(tx, tables, type);
    const name = trace.path[0];
    // What was left out first: the decisions behind it may be many.
    if (trace.steps.length > 0) return [...trace.followed.flatMap(followTexts), ...trace.steps.flatMap(stepTexts)];
    const found = name === undefined ? 'not served here' : `${name.found}${name.by === null ? '' : ` by ${name.by}`}`;
    last ??= `not steered: ${found}, rcode ${inner.rcode}`;
  }
  return last === null ? [] : [last];
}

/** Answers the question without its first label, of `type`, into memory that nobody sends. */
function decideInner(tx: Transaction, tables: ServingTables, type: number) {
  const inner = new Transaction(tx.seeds.state);
  const trace = new DecisionTrace();
  inner.trace = trace;
  inner.transport = Transport.TCP;
  inner.clientFamily = tx.clientFamily;
  inner.clientWords.set(tx.clientWords);
  const { query } = inner;
  const bytes = new Uint8Array(MESSAGE_BYTES_MAX);
  const from = tx.start + HEADER_BYTES;
  bytes.set(tx.bytes.subarray(tx.start, from));
  bytes.set(tx.bytes.subarray(from + LABEL.length, tx.start + tx.length), HEADER_BYTES);
  inner.bytes = bytes;
  inner.length = tx.length - LABEL.length;
  const zone = tables.zones[tables.index.find(tx.query.qname, 1)];
  const status = query.parse(bytes, 0, inner.length, true);
  if (status !== QueryStatus.GOOD || zone === null || zone === undefined) return { inner, trace };
  query.qtype = type;
  inner.request.sourceFamily = inner.clientFamily;
  inner.draws.state = nextState(inner.seeds.state);
  inner.name = query.qname;
  inner.owner = QNAME_POINTER;
  inner.writer.begin(bytes, 0, query.questionEnd, MESSAGE_BYTES_MAX, 0);
  answerName(inner, tables, zone);
  return { inner, trace };
}

function stepTexts(step: StepTrace): string[] {
  const rules = step.rules.map(({ number, file, line, geos, subnets }) =>
    `rule ${number} (${file}:${line}) ${[...geos, ...subnets].join(' ')}`.trim(),
  );
  const fence = step.isFenced ? `, fenced by ${step.fences.map(({ geos }) => geos.join(' ')).join(' or ')}` : '';
  const trickle = step.isTrickled ? ', trickle' : '';
  return [
    `${step.name} ${step.type}: placed by ${step.placedBy}${fence}${trickle}; pools by ${step.method}, endpoints by ${step.balance}`,
    ...rules,
    ...step.pools.flatMap(poolTexts),
    `from ${step.outcome}: ${step.chosen.join(' ') || 'nothing'}`,
    `TTL ${step.ttlSeconds}: ${step.ttlReason}; scope ${step.scope}`,
  ];
}

function followTexts({ name, type, ttlSeconds, records }: FollowTrace): string[] {
  return [
    `${name} ${type}: follows its targets; TTL ${ttlSeconds}`,
    ...records.map(({ value, state, isLeftOut }) => `${isLeftOut ? 'left out' : 'served'}: ${value}; target ${state}`),
  ];
}

function poolTexts(pool: PoolTrace): string[] {
  const share = pool.share === null ? '' : `, share ${pool.share}`;
  return [`pool ${pool.pool}${share}: ${pool.fate}`, ...pool.endpoints.map(endpointText)];
}

function endpointText({ isChosen, value, weight, factor, status, verdict, fate }: EndpointTrace): string {
  const health = status === 'obey' ? VERDICTS[verdict] : `status ${status}`;
  return `${isChosen ? '> ' : ''}${value} w${weight}${factor === 1 ? '' : `x${factor.toFixed(3)}`} ${health} ${fate}`;
}

/** One TXT record; TC when it does not fit (RFC 2181 9), so that the rest is asked for over TCP. */
function writeStrings(tx: Transaction, texts: readonly string[]): void {
  const { writer } = tx;
  const strings = texts.slice(0, EXPLAIN_STRINGS_MAX);
  if (texts.length > strings.length) strings.push(`${texts.length - strings.length} more: ask meridian explain`);
  const from = writer.at;
  let fits = writer.openRecord(QNAME_POINTER, RRType.TXT, 0);
  for (const text of strings) fits &&= appendString(tx, text);
  if (fits) {
    writer.closeRecord(from + 12);
    writer.answers++;
    return;
  }
  writer.at = from;
  tx.isTruncated = true;
}

function appendString({ writer }: Transaction, text: string): boolean {
  // What is not ASCII (pool names may be anything) would be cut in the middle of a character.
  const octets = new TextEncoder().encode(text.replaceAll(/[^\x20-\x7e]/g, '?')).subarray(0, STRING_BYTES_MAX);
  return writer.append(Uint8Array.of(octets.length), 0, 1) && writer.append(octets, 0, octets.length);
}
