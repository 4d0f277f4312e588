/**
 * Every setting of the program, once: its flag, its key in the configuration file, its environment variable, what values it
 * takes and what it means. The commands name the settings they use; `resolve-settings.ts` merges the four sources.
 *
 *   geo-data   -->   --geo-data DIR   ·   geo-data: DIR   ·   MERIDIAN_GEO_DATA=DIR
 *
 * Built here, read by `program.ts` (flags and help), `config-file.ts` and `resolve-settings.ts`.
 */

import { isIP } from 'node:net';
import { z } from 'zod';
import { formatIpPrefix, type IpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';
import {
  PROXY_SOURCES_MAX,
  RATE_EXEMPT_MAX,
  RATE_PER_SECOND_MAX,
  SERVER_ID_CHARS_MAX,
  WORKERS_MAX,
} from '../base/limits.ts';
import { parseRedisAddress } from '../redis/redis-address.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { nameFromText } from '../wire/name.ts';
import { parseSocketAddress } from './socket-address.ts';

/** The largest TTL (RFC 2181 8). */
const TTL_SECONDS_MAX = 2_147_483_647;

const text = z.string().min(1, 'must not be empty');

/** Names in Redis keys, status and metrics: no separators of those. */
const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, ".", "_" or "-", e.g. eu-west');

/** A user or group, by name or number. */
const userName = z.coerce
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, 'must be a name or number of /etc/passwd');

const flag = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : value;
}, z.boolean('must be true or false'));

const socketAddress = z.string('must be ADDRESS:PORT').transform((value, context): ListenAddress => {
  const parsed = parseSocketAddress(value);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'must be ADDRESS:PORT, e.g. 127.0.0.1:5300 or [::1]:5300' });
  return z.NEVER;
});

/** One address, several separated by commas (environment), or a list. */
const socketAddresses = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z
    .array(socketAddress, 'must be ADDRESS:PORT or a list of them')
    .min(1, 'must name an address')
    .max(64, 'must name at most 64 addresses'),
);

/** A fault never repeats the value: it may hold a password. */
const redisAddress = z.string('must be a URL like redis://127.0.0.1:6379').superRefine((value, context) => {
  const address = parseRedisAddress(value);
  if ('fault' in address) context.addIssue({ code: 'custom', message: address.fault });
});

/** Where the API listens, and so where `status` asks; written as an address or as the URL that a browser shows. */
const adminAddress = z
  .string('must be ADDRESS:PORT or "off"')
  .transform((value) => value.replace(/^http:\/\/([^/]+)\/*$/, '$1'))
  .pipe(z.union([z.literal('off'), socketAddress], 'must be ADDRESS:PORT, e.g. 127.0.0.1:9153, or "off"'));

const ipAddress = z.string().refine((value) => isIP(value) !== 0 && !value.includes('%'), 'must be an IP address');

const ipPrefix = z.string().transform((value, context) => {
  const prefix = parseIpPrefix(value);
  if (typeof prefix === 'object') return formatIpPrefix(prefix);
  const message =
    prefix === 'host-bits' ? 'must not have bits set beyond its length' : 'must be a prefix like 192.0.2.0/24';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** One prefix, several separated by commas (environment), or a list. */
const ipPrefixes = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z
    .array(
      z.string('must be a prefix').transform((value, context): IpPrefix => {
        const prefix = parseIpPrefix(value);
        if (typeof prefix === 'object') return prefix;
        context.addIssue({
          code: 'custom',
          message: 'must be prefixes like 192.0.2.0/24, without bits beyond their length',
        });
        return z.NEVER;
      }),
      'must be a prefix or a list of them',
    )
    .max(PROXY_SOURCES_MAX, `must be at most ${PROXY_SOURCES_MAX} (PROXY_SOURCES_MAX)`),
);

/** A name in the start of authority: absolute with the final dot, one label below each zone, or `@` for the zone itself. */
const soaName = z.string('must be a name').transform((value, context) => {
  const name = nameFromText(value);
  const isAbsolute = value.endsWith('.') && !value.endsWith('\\.');
  const isMail = value !== '@' && value.includes('@');
  if (typeof name !== 'string' && !isMail && (isAbsolute || !/(?<!\\)\./.test(value))) return value;
  const message = isMail
    ? `writes the mailbox as a name: ${value.replace('@', '.').replace(/\.*$/, '.')}`
    : 'must be a name with its final dot, like ns1.example.com., or one label, which is then below each zone';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** A text that the server shows of itself, as it stands in a TXT record and in NSID. */
const shownText = z
  .string('must be a text')
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII')
  .max(SERVER_ID_CHARS_MAX, `must be at most ${SERVER_ID_CHARS_MAX} characters (SERVER_ID_CHARS_MAX)`);

/** Times in a start of authority (RFC 2181 8). */
const soaSeconds = z.coerce
  .number('must be a number of seconds')
  .int('must be whole seconds')
  .min(0, 'must not be negative')
  .max(TTL_SECONDS_MAX, `must be at most ${TTL_SECONDS_MAX}`);

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
    help: 'directory of regions.yaml, networks.yaml and *.mmdb (default: geo-data)',
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
  'admin-token-file': {
    schema: text,
    placeholder: 'file',
    help: 'file with the bearer token that POST requests of the API need',
  },
  workers: {
    schema: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(WORKERS_MAX, `must be at most ${WORKERS_MAX} (WORKERS_MAX)`),
    placeholder: 'n',
    help: 'UDP worker threads (default: one per core)',
  },
  transport: {
    schema: z.enum(['auto', 'mmsg', 'dgram'], 'must be auto, mmsg or dgram'),
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
  'proxy-from': {
    schema: ipPrefixes,
    placeholder: 'prefix',
    help: 'load balancers that send a PROXY v2 header before each query over UDP and each connection (default: none)',
    repeats: true,
    isRare: true,
  },
  'rate-limit': {
    schema: z.preprocess(
      // YAML 1.1 reads a bare on or off as true or false.
      (value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : value),
      z.enum(['off', 'log-only', 'on'], 'must be off, log-only or on'),
    ),
    placeholder: 'mode',
    help: 'limit equal answers to one network over UDP: off, log-only or on (default: off)',
  },
  'rate-limit-per-second': {
    schema: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(RATE_PER_SECOND_MAX, `must be at most ${RATE_PER_SECOND_MAX} (RATE_PER_SECOND_MAX)`),
    placeholder: 'n',
    help: 'answers of one kind about one name to one network (IPv4 /24, IPv6 /56) in a second (default: 200)',
    isRare: true,
  },
  'rate-limit-slip': {
    schema: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(0, 'must not be negative')
      .max(10, 'must be at most 10'),
    placeholder: 'n',
    help: 'each n-th answer over the limit is sent truncated, 0 none (default: 2)',
    isRare: true,
  },
  'rate-limit-exempt': {
    schema: z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
      z
        .array(ipPrefix, 'must be a prefix or a list of them')
        .max(RATE_EXEMPT_MAX, `must name at most ${RATE_EXEMPT_MAX} prefixes (RATE_EXEMPT_MAX)`),
    ),
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
    schema: z.enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    ),
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
  name: { schema: text, placeholder: 'name', help: 'shift all of this steered name, or of this zone' },
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
  ecs: { schema: ipPrefix, placeholder: 'prefix', help: 'EDNS Client Subnet that the query carries' },
  server: { schema: socketAddress, placeholder: 'addr:port', help: 'DNS server to ask (default: 127.0.0.1:5300)' },
  subnet: { schema: ipPrefix, placeholder: 'prefix', help: 'send this EDNS Client Subnet' },
  json: { schema: flag, placeholder: null, help: 'print JSON' },
  schema: { schema: flag, placeholder: null, help: 'print the JSON Schema of zone files, and check nothing' },
  strict: { schema: flag, placeholder: null, help: 'take warnings for errors' },
  watch: { schema: flag, placeholder: null, help: 'print again each second until interrupted' },
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
