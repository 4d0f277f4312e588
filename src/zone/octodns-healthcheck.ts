/**
 * How an endpoint is checked: octoDNS's `healthcheck:` with its defaults (HTTPS, `/_dns`, 443, host = the record's name) and what the
 * `meridian:` block adds. One {@link CheckSpec} is complete; its `id` is a readable form of every field.
 *
 * `tls_verify` is off unless the file says so: octoDNS's health checks have never verified certificates at the providers they were made
 * for (Route 53 does not, NS1 does not by default), and a tree that moves here must mean the same.
 */

import type { MeridianHealthcheck } from './meridian-healthcheck.ts';
import { kill, note, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isNullNode, isTruthyNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarToInt } from './yaml-scalar.ts';
import type { CheckProtocol, CheckSpec, DnsExpectation } from './zone-model.ts';

/** A check without its target: what all endpoints of a record share. */
export type CheckPlan = Omit<CheckSpec, 'id' | 'target' | 'host'> & {
  /** Host header and SNI; null: the endpoint's own value. */
  readonly host: string | null;
  /** Connected to instead of the endpoint, or null. */
  readonly target: string | null;
};

const DEFAULT_PATH = '/_dns';
const DEFAULT_PORT = 443;
const DEFAULT_DNS_PORT = 53;
const DEFAULT_INTERVAL_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 1_500;
const DEFAULT_RISE = 2;
const DEFAULT_FALL = 2;
const PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'ICMP', 'TCP', 'UDP']);

/** Checks `octodns.healthcheck` of a record: octoDNS looks at the protocol only, and dies of what is no mapping. */
export function checkHealthcheck(scope: RecordScope, octodns: YamlMap): void {
  const healthcheck = fieldOf(octodns, 'healthcheck');
  if (healthcheck === undefined) return;
  if (healthcheck.kind !== 'map') {
    kill(
      scope,
      'healthcheck-not-map',
      'healthcheck must be a mapping',
      isNullNode(healthcheck) ? octodns : healthcheck,
    );
    return;
  }
  const protocol = fieldOf(healthcheck, 'protocol');
  if (protocol !== undefined && !PROTOCOLS.has(textOf(protocol) ?? '')) {
    tell(scope, 'healthcheck-protocol', 'invalid healthcheck protocol', protocol);
  }
}

/** The plan for the endpoints of a steered record; notes what octoDNS lets pass and no check can use. */
export function planCheck(
  scope: RecordScope,
  octodns: YamlNode | undefined,
  fqdn: string,
  extra: MeridianHealthcheck | null,
): CheckPlan {
  const node = octodns?.kind === 'map' ? fieldOf(octodns, 'healthcheck') : undefined;
  const healthcheck = node?.kind === 'map' ? node : null;
  const protocol = extra?.protocol ?? protocolOf(healthcheck);
  const isHttp = protocol === 'HTTP' || protocol === 'HTTPS';
  const isTls = protocol === 'HTTPS' || protocol === 'TLS';
  const isDns = protocol === 'DNS';
  return {
    protocol,
    port: protocol === 'ICMP' ? 0 : portOf(scope, healthcheck, isDns ? DEFAULT_DNS_PORT : DEFAULT_PORT),
    host: isHttp || isTls ? hostOf(scope, healthcheck, fqdn) : null,
    path: isHttp ? pathOf(healthcheck) : '',
    method: isHttp ? (extra?.method ?? 'GET') : '',
    headers: isHttp ? (extra?.headers ?? {}) : {},
    expectStatus: isHttp ? (extra?.expectStatus ?? [[200, 200]]) : [],
    expectText: extra?.expectText ?? null,
    expectPattern: extra?.expectPattern ?? null,
    send: extra?.send ?? null,
    dns: isDns ? (extra?.dns ?? null) : null,
    tlsVerify: isTls && (extra?.tlsVerify ?? false),
    intervalMs: extra?.intervalMs ?? DEFAULT_INTERVAL_MS,
    timeoutMs: extra?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    rise: extra?.rise ?? DEFAULT_RISE,
    fall: extra?.fall ?? DEFAULT_FALL,
    quorum: extra?.quorum ?? 'majority',
    loadPath: isHttp ? (extra?.loadPath ?? null) : null,
    target: extra?.target ?? null,
  };
}

/** The complete check of the endpoint `value` (an address, or a name with its final dot). */
export function checkOfEndpoint(plan: CheckPlan, value: string): CheckSpec {
  const own = value.replace(/\.$/, '');
  const target = plan.target ?? own;
  const spec = { ...plan, target, host: plan.host ?? own };
  return { ...spec, id: checkId(spec) };
}

function protocolOf(healthcheck: YamlMap | null): CheckProtocol {
  const node = healthcheck === null ? undefined : fieldOf(healthcheck, 'protocol');
  const text = node === undefined ? 'HTTPS' : (textOf(node) ?? 'HTTPS');
  return PROTOCOLS.has(text) ? (text as CheckProtocol) : 'HTTPS';
}

function portOf(scope: RecordScope, healthcheck: YamlMap | null, otherwise: number): number {
  const node = healthcheck === null ? undefined : fieldOf(healthcheck, 'port');
  if (node === undefined) return otherwise;
  const port = node.kind === 'scalar' ? scalarToInt(node.scalar) : 'type';
  if (typeof port === 'number' && port >= 1 && port <= 65_535) return port;
  note(
    scope,
    'healthcheck-port',
    `healthcheck port ${pythonText(node)} is no port: ${otherwise} is checked instead`,
    node,
  );
  return otherwise;
}

function pathOf(healthcheck: YamlMap | null): string {
  const node = healthcheck === null ? undefined : fieldOf(healthcheck, 'path');
  if (node === undefined || !isTruthyNode(node)) return DEFAULT_PATH;
  const path = pythonText(node).replace(/[\r\n\t ]+/g, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function hostOf(scope: RecordScope, healthcheck: YamlMap | null, fqdn: string): string | null {
  const node = healthcheck === null ? undefined : fieldOf(healthcheck, 'host');
  if (node !== undefined) return isTruthyNode(node) ? pythonText(node).replace(/[\r\n\t ]+/g, '') : null;
  if (!fqdn.includes('*')) return fqdn.replace(/\.$/, '');
  const message = 'a wildcard is no host to ask for: each endpoint is asked for its own value; set healthcheck host';
  note(scope, 'healthcheck-wildcard', message);
  return null;
}

function checkId(spec: Omit<CheckSpec, 'id'>): string {
  const scheme = spec.protocol.toLowerCase();
  const target = spec.target.includes(':') ? `[${spec.target}]` : spec.target;
  const fields = [
    ['host', spec.host],
    ['method', spec.method],
    [
      'headers',
      Object.entries(spec.headers)
        .map(([name, value]) => `${encodeURIComponent(name)}:${encodeURIComponent(value.toWellFormed())}`)
        .join(','),
    ],
    ['status', spec.expectStatus.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')],
    ['body', spec.expectText === null ? '' : `=${spec.expectText}`],
    ['regex', spec.expectPattern ?? ''],
    ['send', spec.send ?? ''],
    ['dns', spec.dns === null ? '' : dnsText(spec.dns)],
    ['verify', spec.tlsVerify ? 'yes' : ''],
    ['interval', `${spec.intervalMs}`],
    ['timeout', `${spec.timeoutMs}`],
    ['rise', `${spec.rise}`],
    ['fall', `${spec.fall}`],
    ['quorum', `${spec.quorum}`],
    ['load', spec.loadPath ?? ''],
  ] as const;
  const query = fields.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${encode(value)}`);
  return `${scheme}://${target}:${spec.port}${encode(spec.path)}?${query.join('&')}`;
}

/** `name/type/rcode`, RD, and the answers, each encoded so that no two lists look alike. */
function dnsText({ qname, qtype, rcode, answers, recursive }: DnsExpectation): string {
  const parts = [qname, qtype, rcode, recursive ? 'rd' : '', ...answers];
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}

/** Percent-encodes what would blur two fields into one; slashes and commas stay readable. */
function encode(text: string): string {
  return text.toWellFormed().replace(/[%?&=#\s"\\]/g, (char) => encodeURIComponent(char));
}
