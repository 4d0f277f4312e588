/**
 * Where Redis is, in one line of text:
 *
 *   redis://[[user]:password@]host[:6379][/database]                     one server
 *   unix:///path/to/socket                                               one server on this machine
 *   redis-sentinel://[user:password@]host[:26379][,host…]/master[/db]    the master that these Sentinels name
 *   redis-cluster://[user:password@]host[:6379][,host…]                  a Redis Cluster, found through any of these
 *
 * `rediss`, `rediss-sentinel` and `rediss-cluster` speak TLS with every one of them. User and password are for the Redis
 * servers and percent-encoded. Read once from a setting; a fault never repeats the text, which may hold a password.
 */

import { REDIS_ADDRESS_CHARS_MAX, REDIS_HOSTS_MAX } from '../base/limits.ts';

/** A host name or an IP literal without brackets. */
export type RedisHost = { readonly host: string; readonly port: number };

export type RedisAddress = {
  readonly kind: 'server' | 'socket' | 'sentinel' | 'cluster';
  readonly isTls: boolean;
  /** Servers, Sentinels, or any nodes of the Cluster; none for a socket. */
  readonly hosts: readonly RedisHost[];
  /** Of the socket, else ''. */
  readonly path: string;
  /** What the Sentinels call the master, else ''. */
  readonly masterName: string;
  readonly database: number;
  /** '' for the default user. */
  readonly user: string;
  /** '' for none. */
  readonly password: string;
};

/** Why a text is no address, in words that follow the setting's name. */
export type AddressFault = { readonly fault: string };

const SCHEME = /^(?:(redis)(s?)(-sentinel|-cluster)?|unix):\/\//;
const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;
const PORT_MAX = 65_535;
/** Redis is built with at most this many databases (its configuration's INT_MAX is no sane one). */
const DATABASE_MAX = 65_535;
const MASTER_NAME = /^[A-Za-z0-9._-]{1,128}$/;
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}$/;

/** The address in `text`, or what is wrong with it. Never throws. */
export function parseRedisAddress(text: string): RedisAddress | AddressFault {
  if (text.length > REDIS_ADDRESS_CHARS_MAX)
    return fault(`must have at most ${REDIS_ADDRESS_CHARS_MAX} characters (REDIS_ADDRESS_CHARS_MAX)`);
  const scheme = SCHEME.exec(text);
  if (scheme === null)
    return fault('must begin with redis://, rediss://, redis-sentinel://, redis-cluster:// or unix://');
  const rest = text.slice(scheme[0].length);
  if (scheme[1] === undefined) return socketAddress(rest);
  const kind = scheme[3] === '-sentinel' ? 'sentinel' : scheme[3] === '-cluster' ? 'cluster' : 'server';
  const at = rest.lastIndexOf('@');
  const login = readLogin(at < 0 ? '' : rest.slice(0, at));
  if ('fault' in login) return login;
  const [hostList = '', ...path] = rest
    .slice(at + 1)
    .replace(/\/+$/, '')
    .split('/');
  const hosts = readHosts(hostList, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT);
  if ('fault' in hosts) return hosts;
  if (kind === 'server' && hosts.list.length > 1)
    return fault('names several servers: write redis-sentinel://…/MASTER or redis-cluster://…');
  const masterName = kind === 'sentinel' ? (path.shift() ?? '') : '';
  if (kind === 'sentinel' && !MASTER_NAME.test(masterName))
    return fault('must end with the name that the Sentinels give the master, redis-sentinel://host:26379/MASTER');
  const database = readDatabase(path);
  if (database === null) return fault('must have nothing but the number of a database at its end');
  if (kind === 'cluster' && database !== 0) return fault('must not name a database: a Redis Cluster has only one');
  return { kind, isTls: scheme[2] === 's', hosts: hosts.list, path: '', masterName, database, ...login };
}

/** The address for people: without user and password. */
export function formatRedisAddress(address: RedisAddress): string {
  if (address.kind === 'socket') return `unix://${address.path}`;
  const hosts = address.hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  const suffix = address.kind === 'server' ? '' : `-${address.kind}`;
  const secret = address.user !== '' || address.password !== '' ? '***@' : '';
  const master = address.masterName === '' ? '' : `/${address.masterName}`;
  const database = address.database === 0 ? '' : `/${address.database}`;
  return `redis${address.isTls ? 's' : ''}${suffix}://${secret}${hosts}${master}${database}`;
}

function socketAddress(path: string): RedisAddress | AddressFault {
  if (!path.startsWith('/') || path.length > 107) return fault('must name a socket, unix:///run/redis/redis.sock');
  return { kind: 'socket', isTls: false, hosts: [], path, masterName: '', database: 0, user: '', password: '' };
}

function readLogin(text: string): { user: string; password: string } | AddressFault {
  const colon = text.indexOf(':');
  const [user, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch {
    return fault('must have user and password percent-encoded: write % as %25');
  }
}

function readHosts(text: string, defaultPort: number): { list: RedisHost[] } | AddressFault {
  const list: RedisHost[] = [];
  for (const part of text.split(',')) {
    const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(part) ?? [];
    const host = v6 ?? name ?? '';
    const port = digits === undefined ? defaultPort : Number(digits);
    const isHost = v6 === undefined ? HOST.test(host) : IPV6.test(host);
    if (!isHost || port < 1 || port > PORT_MAX)
      return fault('must name its hosts as host:port, an IPv6 address in brackets');
    list.push({ host, port });
  }
  if (list.length > REDIS_HOSTS_MAX) return fault(`must name at most ${REDIS_HOSTS_MAX} hosts (REDIS_HOSTS_MAX)`);
  return { list };
}

function readDatabase(path: readonly string[]): number | null {
  if (path.length === 0) return 0;
  if (path.length > 1 || !/^\d{1,5}$/.test(path[0]!)) return null;
  const database = Number(path[0]);
  return database <= DATABASE_MAX ? database : null;
}

function fault(text: string): AddressFault {
  return { fault: text };
}
