/**
 * Every setting of the program, once: its flag, its key in the configuration file, its environment variable, what values it
 * takes and what it means. The commands name the settings they use; `resolve-settings.ts` merges the four sources.
 *
 *   geo-data   -->   --geo-data DIR   ·   geo-data: DIR   ·   MERIDIAN_GEO_DATA=DIR
 *
 * Built here, read by `program.ts` (flags and help), `config-file.ts` and `resolve-settings.ts`.
 */

import { z } from 'zod';
import {
  EXPLAIN_SOURCES_MAX,
  PROXY_SOURCES_MAX,
  RATE_EXEMPT_MAX,
  RATE_PER_SECOND_MAX,
  WORKERS_MAX,
} from '../base/limits.ts';
import {
  adminAddress,
  flag,
  identifier,
  ipAddress,
  ipPrefixes,
  ipPrefixText,
  oneOf,
  redisAddress,
  shownText,
  soaName,
  soaSeconds,
  socketAddress,
  socketAddresses,
  text,
  texts,
  userName,
  wholeNumber,
} from './setting-values.ts';

/**
 * One setting: `placeholder` null marks a flag without a value; `isRare` keeps it out of the list of flags in help, which names
 * it at the end instead; `isSecret` makes it no flag at all. Defaults are filled in by the commands.
 */
export type Setting = {
  readonly schema: z.ZodType;
  readonly placeholder: string | null;
  readonly help: string;
  readonly repeats?: true;
  readonly isRare?: true;
  /** Arguments show in every process list: only the environment and the configuration file may hold it. */
  readonly isSecret?: true;
};

/** By key; the flag is `--key`, the variable `MERIDIAN_KEY` with `_` for `-`. */
export const SETTINGS = {
  zones: { schema: text, placeholder: 'dir', help: 'directory of zone files (default: zones)' },
  'geo-data': {
    schema: text,
    placeholder: 'dir',
    help: 'directory of regions.yaml, networks.yaml, latency.csv and *.mmdb (default: geo-data)',
  },
  listen: {
    schema: socketAddresses,
    placeholder: 'addr:port',
    help: 'answer DNS here over UDP and TCP; may be given several times (default: 127.0.0.1:5300)',
    repeats: true,
  },
  redis: {
    schema: redisAddress,
    placeholder: 'url',
    help: 'share health through this Redis, Sentinel or Cluster (default: none, state lives in the process)',
  },
  'redis-password': {
    schema: text,
    placeholder: 'text',
    help: 'password for Redis',
    isSecret: true,
  },
  'redis-password-file': {
    schema: text,
    placeholder: 'file',
    help: 'file with the password for Redis, read again at every new connection',
    isRare: true,
  },
  'redis-sentinel-password-file': {
    schema: text,
    placeholder: 'file',
    help: 'file with the password that the Sentinels themselves ask for',
    isRare: true,
  },
  'redis-ca': {
    schema: text,
    placeholder: 'file',
    help: 'authorities (PEM) that the certificate of Redis is checked against (default: those of Node.js)',
    isRare: true,
  },
  'redis-cert': {
    schema: text,
    placeholder: 'file',
    help: 'certificate (PEM) that is shown to Redis, with redis-key',
    isRare: true,
  },
  'redis-key': {
    schema: text,
    placeholder: 'file',
    help: 'private key (PEM) of redis-cert',
    isRare: true,
  },
  'redis-server-name': {
    schema: text,
    placeholder: 'name',
    help: 'name that the certificate of Redis must carry (default: the host of the address)',
    isRare: true,
  },
  cluster: { schema: identifier, placeholder: 'name', help: 'name of the key space in Redis (default: default)' },
  node: {
    schema: identifier,
    placeholder: 'name',
    help: 'name of this node in status (default: from host name and process)',
  },
  admin: {
    schema: adminAddress,
    placeholder: 'addr:port',
    help: 'HTTP API and metrics of the node, or "off" (default: 127.0.0.1:9153)',
  },
  'admin-token': {
    schema: text,
    placeholder: 'text',
    help: 'bearer token that changes by the API need',
    isSecret: true,
  },
  'admin-token-file': {
    schema: text,
    placeholder: 'file',
    help: 'file with the bearer token that changes by the API need (default: admin-token in --state-dir, made at the first start)',
  },
  workers: {
    schema: wholeNumber(1, WORKERS_MAX, 'WORKERS_MAX'),
    placeholder: 'n',
    help: 'UDP worker threads (default: one per core)',
  },
  transport: {
    schema: oneOf(['auto', 'mmsg', 'dgram']),
    placeholder: 'kind',
    help: 'how UDP is read: auto, mmsg or dgram (default: auto)',
  },
  'server-id': {
    schema: shownText,
    placeholder: 'text',
    help: 'what NSID and CHAOS id.server tell: a text, "hostname" or "off" (default: off)',
    isRare: true,
  },
  'server-version': {
    schema: shownText,
    placeholder: 'text',
    help: 'what CHAOS version.bind tells: a text or "off" (default: off)',
    isRare: true,
  },
  'explain-from': {
    schema: ipPrefixes(EXPLAIN_SOURCES_MAX, 'EXPLAIN_SOURCES_MAX'),
    placeholder: 'prefix',
    help: 'networks that may ask for TXT _explain.NAME, why they get which answer (default: none)',
    repeats: true,
    isRare: true,
  },
  'cookie-secret-file': {
    schema: text,
    placeholder: 'file',
    help: 'secrets of DNS cookies, shared by all nodes of an address (default: random at each start)',
    isRare: true,
  },
  'listen-tls': {
    schema: socketAddresses,
    placeholder: 'addr:port',
    help: 'answer DNS over TLS here; needs --tls-cert and --tls-key (default: nowhere)',
    repeats: true,
  },
  'listen-https': {
    schema: socketAddresses,
    placeholder: 'addr:port',
    help: 'answer DNS over HTTPS here, at /dns-query (default: nowhere)',
    repeats: true,
  },
  'tls-cert': {
    schema: text,
    placeholder: 'file',
    help: 'certificate chain of TLS and HTTPS, PEM; read again when it changes',
  },
  'tls-key': { schema: text, placeholder: 'file', help: 'private key of that certificate, PEM' },
  'alias-resolver': {
    schema: socketAddresses,
    placeholder: 'addr:port',
    help: 'resolver that is asked for ALIAS targets outside of the zones here; may be given several times (default: none)',
    repeats: true,
    isRare: true,
  },
  'proxy-from': {
    schema: ipPrefixes(PROXY_SOURCES_MAX, 'PROXY_SOURCES_MAX'),
    placeholder: 'prefix',
    help: 'load balancers that send a PROXY v2 header before each query over UDP and each connection (default: none)',
    repeats: true,
    isRare: true,
  },
  'rate-limit': {
    schema: oneOf(['off', 'log-only', 'on']),
    placeholder: 'mode',
    help: 'limit equal answers to one network over UDP: off, log-only or on (default: off)',
  },
  'rate-limit-per-second': {
    schema: wholeNumber(1, RATE_PER_SECOND_MAX, 'RATE_PER_SECOND_MAX'),
    placeholder: 'n',
    help: 'answers of one kind about one name to one network (IPv4 /24, IPv6 /56) in a second (default: 200)',
    isRare: true,
  },
  'rate-limit-slip': {
    schema: wholeNumber(0, 10),
    placeholder: 'n',
    help: 'each n-th answer over the limit is sent truncated, 0 none (default: 2)',
    isRare: true,
  },
  'rate-limit-exempt': {
    schema: ipPrefixes(RATE_EXEMPT_MAX, 'RATE_EXEMPT_MAX'),
    placeholder: 'prefix',
    help: 'networks that are never limited; may be given several times',
    repeats: true,
    isRare: true,
  },
  'state-dir': {
    schema: text,
    placeholder: 'dir',
    help: 'directory for what is kept between runs (default: .meridian)',
  },
  'log-level': {
    schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    placeholder: 'level',
    help: 'fatal, error, warn, info, debug, trace or silent (default: info)',
  },
  user: {
    schema: userName,
    placeholder: 'name',
    help: 'user to become when started as root, before anything is bound',
  },
  group: {
    schema: userName,
    placeholder: 'name',
    help: "group to become with it (default: the user's own)",
    isRare: true,
  },
  overlap: {
    schema: flag,
    placeholder: null,
    help: 'start beside a running node at the same addresses, which is then stopped: an upgrade that loses no query',
    isRare: true,
  },
  'allow-root': { schema: flag, placeholder: null, help: 'let root serve beyond loopback' },
  'soa-mname': {
    schema: soaName,
    placeholder: 'name',
    help: 'primary name server of zones without an SOA of their own (default: the first NS of the apex)',
    isRare: true,
  },
  'soa-rname': {
    schema: soaName,
    placeholder: 'name',
    help: 'mailbox of their SOA (default: hostmaster)',
    isRare: true,
  },
  'soa-refresh': {
    schema: soaSeconds,
    placeholder: 'seconds',
    help: 'refresh of their SOA (default: 3600)',
    isRare: true,
  },
  'soa-retry': { schema: soaSeconds, placeholder: 'seconds', help: 'retry of their SOA (default: 900)', isRare: true },
  'soa-expire': {
    schema: soaSeconds,
    placeholder: 'seconds',
    help: 'expire of their SOA (default: 604800)',
    isRare: true,
  },
  'soa-minimum': {
    schema: soaSeconds,
    placeholder: 'seconds',
    help: 'TTL of negative answers from zones without an SOA of their own (default: 60)',
    isRare: true,
  },
  'escaped-semicolons': {
    schema: flag,
    placeholder: 'yes|no',
    help: 'whether TXT values in YAML write ; as \\; (default: yes, as octoDNS)',
    isRare: true,
  },
  'metadata-targets': {
    schema: flag,
    placeholder: 'yes|no',
    help: 'whether endpoints may be checked at link-local and cloud metadata addresses (default: no)',
    isRare: true,
  },
  region: {
    schema: identifier,
    placeholder: 'name',
    help: 'region that an agent observes from, or that a shift is for',
  },
  pool: { schema: text, placeholder: 'pool', help: 'shift this pool, POOL everywhere or NAME/POOL' },
  endpoint: { schema: text, placeholder: 'value', help: 'shift this endpoint, by its address or name' },
  name: { schema: text, placeholder: 'name', help: 'only this steered name, or all of this zone' },
  force: { schema: flag, placeholder: null, help: 'shift even if another region would pass its max' },
  down: { schema: texts, placeholder: 'region', help: 'as if this region were lost; may be repeated', repeats: true },
  set: {
    schema: texts,
    placeholder: 'pool.weight=n',
    help: 'as if this pool, or all pools of this region, had the weight n; may be repeated',
    repeats: true,
  },
  bias: {
    schema: texts,
    placeholder: 'pool=n',
    help: 'as if this pool had the bias n; may be repeated',
    repeats: true,
  },
  demand: {
    schema: text,
    placeholder: 'file',
    help: 'lines of place and queries (default: count IPv4 addresses of the geo data)',
  },
  load: {
    schema: z.coerce.number('must be a number').positive('must be above 0'),
    placeholder: 'n',
    help: 'load of each record in the unit of its capacities (default: the sum of their targets)',
  },
  'n-1': { schema: flag, placeholder: null, help: 'fail where the loss of one region takes another past its max' },

  factor: {
    schema: z.coerce.number('must be a number').min(0, 'must be at least 0').max(1, 'must be at most 1'),
    placeholder: '0..1',
    help: 'part of the configured weight that is left; 0 drains',
  },
  for: { schema: text, placeholder: 'time', help: 'how long the shift lasts, 1m to 72h, e.g. 30m or 2h' },
  reason: { schema: text, placeholder: 'text', help: 'why, for the log and for who is on call next' },
  by: { schema: text, placeholder: 'name', help: 'who, for the log (default: the user)' },
  resume: {
    schema: flag,
    placeholder: null,
    help: 'let endpoints back in that are held back after flaps or by manual_resume, instead of --factor',
  },
  agent: { schema: identifier, placeholder: 'id', help: 'name of this agent (default: the host name)' },
  metrics: {
    schema: socketAddress,
    placeholder: 'addr:port',
    help: 'serve the metrics of this agent over HTTP here (default: none)',
  },
  client: { schema: ipAddress, placeholder: 'ip', help: 'address the query comes from' },
  replay: {
    schema: text,
    placeholder: 'file',
    help: 'decide again what this file, an explanation in JSON, says, and compare the answers',
  },
  ecs: { schema: ipPrefixText, placeholder: 'prefix', help: 'EDNS Client Subnet that the query carries' },
  server: { schema: socketAddress, placeholder: 'addr:port', help: 'DNS server to ask (default: 127.0.0.1:5300)' },
  subnet: { schema: ipPrefixText, placeholder: 'prefix', help: 'send this EDNS Client Subnet' },
  json: { schema: flag, placeholder: null, help: 'print JSON' },
  schema: { schema: flag, placeholder: null, help: 'print the JSON Schema of zone files, and check nothing' },
  strict: { schema: flag, placeholder: null, help: 'take warnings for errors' },
  watch: { schema: flag, placeholder: null, help: 'look again each second until interrupted; on a terminal q ends it' },
} as const satisfies Record<string, Setting>;

export type SettingKey = keyof typeof SETTINGS;

/** The value of a setting once checked. */
export type SettingValue<K extends SettingKey> = z.output<(typeof SETTINGS)[K]['schema']>;

/** Whatever of `K` was given anywhere; defaults are the commands' business. */
export type Settings<K extends SettingKey = SettingKey> = { readonly [P in K]?: SettingValue<P> | undefined };

/** `MERIDIAN_GEO_DATA` for `geo-data`. */
export function environmentName(key: string): string {
  return `MERIDIAN_${key.toUpperCase().replaceAll('-', '_')}`;
}
