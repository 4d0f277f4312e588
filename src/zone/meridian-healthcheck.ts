/**
 * `healthcheck:` of the `meridian:` block: what octoDNS's own `healthcheck:` cannot say of a check. Like the rest of the block one
 * zod definition, with the translation into the units and names of `CheckSpec`; and, once the protocol is known, which of its
 * keys mean something for it.
 *
 * Part of `meridian-block.ts`, read by `octodns-healthcheck.ts`.
 */

import { z } from 'zod';
import { parseIpAddress } from '../base/ip-address.ts';
import { CHECK_ANSWERS_MAX, CHECK_SEND_BYTES_MAX, PROBE_BODY_BYTES_MAX } from '../base/limits.ts';
import { TextPattern } from '../base/text-pattern.ts';
import { typeCode } from '../wire/codes.ts';
import { nameFromText } from '../wire/name.ts';
import { rdataFromText, rdataToText } from '../wire/rdata.ts';
import { hexFromOctets } from '../wire/rdata-radix.ts';
import type { CheckProtocol, CheckSpec, DnsExpectation } from './zone-model.ts';

const PROTOCOLS = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'ICMP', 'DNS'] as const satisfies readonly CheckProtocol[];
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const STATUS_TEXT = /^[1-5]\d\d(?:-[1-5]\d\d)?$/;
/** A word of RDATA, or a quoted one (RFC 1035 5.1). */
const RDATA_WORD = /"((?:\\.|[^"\\])*)"|\S+/g;
/** What dns2 writes without escapes. */
const QNAME_TEXT = /^[0-9A-Za-z_.*-]+$/;
const HOST_TEXT = /^[0-9A-Za-z._:-]{1,253}$/;
/** Types that ask for something other than records (RFC 6895 3.1), or travel in other ways. */
const QTYPES_REFUSED = new Set(['OPT', 'TSIG', 'TKEY', 'IXFR', 'AXFR', 'MAILA', 'MAILB']);

const expected = z
  .string()
  .min(1)
  .refine((text) => octetsOf(text) <= PROBE_BODY_BYTES_MAX, `must be at most ${PROBE_BODY_BYTES_MAX} octets`);

const pattern = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const compiled = TextPattern.compile(text);
    if ('fault' in compiled) {
      context.addIssue({ code: 'custom', message: `the pattern ${compiled.fault} (at character ${compiled.at + 1})` });
    }
  });

const dns = z
  .strictObject({
    qname: z
      .string()
      .regex(QNAME_TEXT, 'must be a name of letters, digits, - and _')
      .refine((name) => typeof nameFromText(absolute(name)) === 'object', 'is no domain name')
      .describe('Name to ask for'),
    qtype: z
      .string()
      .default('A')
      .transform((type) => type.toUpperCase())
      .refine((type) => typeCode(type) > 0 && !QTYPES_REFUSED.has(type), 'is no type of record to ask for')
      .describe('Type to ask for, as A or TYPE65280'),
    rcode: z.enum(RCODES).default('NOERROR').describe('RCODE that is a success'),
    answers: z
      .array(z.string().min(1).max(1_024))
      .min(1)
      .max(CHECK_ANSWERS_MAX)
      .optional()
      .describe('Records of that type, in presentation form, all of which must be in the answer'),
    recursive: z.boolean().default(false).describe('Ask with RD, as one asks a resolver'),
  })
  .superRefine(({ qtype, answers }, context) => {
    for (const [i, answer] of (answers ?? []).entries()) {
      const rdata = rdataOf(qtype, answer);
      if (rdata instanceof Uint8Array) continue;
      context.addIssue({ code: 'custom', message: `is no ${qtype} record: ${rdata.message}`, path: ['answers', i] });
    }
  })
  .describe('The question and the answer of a DNS check');

/** The block as it is written. */
export const MERIDIAN_HEALTHCHECK = z
  .strictObject({
    protocol: z.enum(PROTOCOLS).optional().describe("Instead of octoDNS's protocol, which knows neither TLS nor DNS"),
    interval: z.number().min(1).max(3_600).default(5).describe('Seconds between checks'),
    timeout: z.number().min(0.05).max(60).default(1.5).describe('Seconds until a check has failed'),
    rise: z.number().int().min(1).max(100).default(2).describe('Successes in a row until up'),
    fall: z.number().int().min(1).max(100).default(2).describe('Failures until down'),
    expect_status: z
      .array(
        z.union([
          z.number().int().min(100).max(599),
          z.string().regex(STATUS_TEXT).refine(isRisingRange, 'a range runs from low to high'),
        ]),
      )
      .min(1)
      .max(32)
      .optional()
      .describe('HTTP status codes and ranges that are a success; default 200'),
    expect_body: expected.optional().describe('HTTP: text within the first 5 KB of the body'),
    expect: expected.optional().describe('TCP, TLS, UDP: text within the first 5 KB that the endpoint sends'),
    expect_regex: pattern
      .optional()
      .describe('HTTP, TCP, TLS, UDP: regular expression instead of a text (no backreferences, no look-around)'),
    send: z
      .string()
      .min(1)
      .refine((text) => octetsOf(text) <= CHECK_SEND_BYTES_MAX, `must be at most ${CHECK_SEND_BYTES_MAX} octets`)
      .optional()
      .describe('TCP, TLS, UDP: text sent once connected'),
    send_hex: z
      .string()
      .regex(/^(?:[0-9A-Fa-f]{2})+$/, 'must be pairs of hexadecimal digits')
      .max(2 * CHECK_SEND_BYTES_MAX)
      .optional()
      .describe('As send, for what is no text'),
    dns: dns.optional(),
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).optional().describe('HTTP method; default GET'),
    headers: z
      .record(
        z.string().regex(HEADER_NAME).max(128),
        z
          .string()
          .max(1_024)
          .regex(/^[\t\x20-\x7e]*$/),
      )
      .optional()
      .describe('Sent with the request'),
    tls_verify: z
      .boolean()
      .optional()
      .describe('Refuse certificates that do not verify; default false, as octoDNS providers'),
    target: z
      .string()
      .regex(HOST_TEXT)
      .refine(isCheckTarget, 'neither an address nor a host name')
      .optional()
      .describe('Connect here instead of to the endpoint'),
    quorum: z
      .union([z.enum(['majority', 'any', 'all']), z.number().gt(0).max(1)])
      .default('majority')
      .describe('How many regions must agree'),
    manual_resume: z
      .boolean()
      .optional()
      .describe('Once down, an endpoint waits for an operator (meridian shift add --resume)'),
    load_path: z
      .string()
      .startsWith('/')
      .max(1_024)
      .regex(/^[\x21-\x7e]*$/, 'only visible ASCII characters')
      .optional()
      .describe('Where the endpoint reports its load: JSON with current, target, max, or with the names of ORCA'),
    load_header: z
      .boolean()
      .optional()
      .describe('Responses to the check itself report the load, in a header endpoint-load-metrics (ORCA)'),
    load_push: z.boolean().optional().describe('The load is pushed to the admin API of a node (POST /api/v1/loads)'),
  })
  .refine((value) => value.timeout <= value.interval, {
    message: 'timeout must not be over interval: only one check is under way at a time',
    path: ['timeout'],
  })
  .refine((value) => !(value.method === 'HEAD' && (value.expect_body ?? value.expect_regex) !== undefined), {
    message: 'a HEAD response has no body to expect anything of',
    path: ['method'],
  })
  .refine((value) => !(value.send !== undefined && value.send_hex !== undefined), {
    message: 'send and send_hex exclude each other',
    path: ['send_hex'],
  })
  .refine((value) => value.expect_regex === undefined || (value.expect ?? value.expect_body) === undefined, {
    message: 'expect_regex and an expected text exclude each other',
    path: ['expect_regex'],
  });

type HealthcheckBlock = z.output<typeof MERIDIAN_HEALTHCHECK>;

/** The block in the units and names of `CheckSpec`; null where the file does not say. */
export type MeridianHealthcheck = Pick<
  CheckSpec,
  'intervalMs' | 'timeoutMs' | 'rise' | 'fall' | 'quorum' | 'expectText' | 'expectPattern' | 'send' | 'dns' | 'loadPath'
> & {
  readonly protocol: CheckProtocol | null;
  readonly expectStatus: CheckSpec['expectStatus'] | null;
  readonly method: string | null;
  readonly headers: CheckSpec['headers'] | null;
  readonly tlsVerify: boolean | null;
  readonly target: string | null;
};

/** What `check`, the validated block, says; null for no block. */
export function meridianHealthcheck(check: HealthcheckBlock | undefined): MeridianHealthcheck | null {
  if (check === undefined) return null;
  return {
    protocol: check.protocol ?? null,
    intervalMs: Math.round(check.interval * 1_000),
    timeoutMs: Math.round(check.timeout * 1_000),
    rise: check.rise,
    fall: check.fall,
    expectStatus: check.expect_status?.map(statusRange) ?? null,
    expectText: check.expect ?? check.expect_body ?? null,
    expectPattern: check.expect_regex ?? null,
    send: check.send === undefined ? (check.send_hex?.toLowerCase() ?? null) : hexOfText(check.send),
    dns: check.dns === undefined ? null : dnsExpectation(check.dns),
    method: check.method ?? null,
    headers: check.headers ?? null,
    tlsVerify: check.tls_verify ?? null,
    target: check.target === undefined ? null : check.target.toLowerCase(),
    quorum: check.quorum,
    loadPath: check.load_path ?? null,
  };
}

const WEB: readonly CheckProtocol[] = ['HTTP', 'HTTPS'];
const TALK: readonly CheckProtocol[] = ['TCP', 'TLS', 'UDP'];
/** Keys that promise a condition, and the protocols that can keep it. */
const CONDITIONS: Readonly<Partial<Record<keyof HealthcheckBlock, readonly CheckProtocol[]>>> = {
  expect_status: WEB,
  expect_body: WEB,
  method: WEB,
  headers: WEB,
  load_path: WEB,
  load_header: WEB,
  expect: TALK,
  send: TALK,
  send_hex: TALK,
  expect_regex: [...WEB, ...TALK],
  tls_verify: ['HTTPS', 'TLS'],
  dns: ['DNS'],
};

/** Keys of `check` that a check by `protocol` would pass over in silence, each with what is wrong with it. */
export function misplacedKeys(
  check: HealthcheckBlock | undefined,
  protocol: CheckProtocol,
): { key: string; message: string }[] {
  if (check === undefined) return [];
  return Object.entries(CONDITIONS)
    .filter(([key, protocols]) => !protocols.includes(protocol) && isCondition(check[key as keyof HealthcheckBlock]))
    .map(([key, protocols]) => ({
      key,
      message: `${key} is for ${protocols.join(', ')} checks, this one is ${protocol}`,
    }));
}

/** Not to verify what there is not is no mistake. */
function isCondition(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** True if `target` of a health check is an address or could be a host name. */
function isCheckTarget(target: string): boolean {
  return target.includes(':')
    ? parseIpAddress(target) !== null
    : !/^[\d.]+$/.test(target) || parseIpAddress(target) !== null;
}

function isRisingRange(text: string): boolean {
  const [from, to] = text.split('-').map(Number);
  return to === undefined || from! <= to;
}

function statusRange(status: number | string): readonly [number, number] {
  const [from, to] = String(status).split('-').map(Number);
  return [from!, to ?? from!];
}

function octetsOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function hexOfText(text: string): string {
  return hexFromOctets(new TextEncoder().encode(text)).toLowerCase();
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

function rdataOf(qtype: string, text: string): Uint8Array | { readonly message: string } {
  const tokens = Array.from(text.matchAll(RDATA_WORD), ([word, quoted]) => ({
    text: quoted ?? word,
    quoted: quoted !== undefined,
  }));
  return rdataFromText(typeCode(qtype), tokens, null);
}

/** Records in the one form that answers are printed in as well. */
function dnsExpectation(written: NonNullable<HealthcheckBlock['dns']>): DnsExpectation {
  const { qname, qtype, rcode, answers, recursive } = written;
  const texts = (answers ?? []).map((answer) => rdataToText(typeCode(qtype), rdataOf(qtype, answer) as Uint8Array));
  return { qname: absolute(qname).slice(0, -1).toLowerCase(), qtype, rcode, answers: texts, recursive };
}
