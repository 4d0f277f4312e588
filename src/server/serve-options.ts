/**
 * What an operator decides about one DNS node, complete: the command line, the environment and the configuration file
 * have been merged and checked by the `cli` floor before this exists.
 */

import type { IpPrefix } from '../base/ip-prefix.ts';
import type { RedisAccess } from '../redis/redis-access.ts';
import type { ZoneDefaults } from './zone-load.ts';

/** An address and port to listen on, UDP and TCP alike. Port 0: one free port for both, told when the node is ready. */
export type ListenAddress = {
  /** IPv4 or IPv6 literal, without brackets or zone identifier. */
  readonly address: string;
  readonly port: number;
};

/** What is spoken over TCP: DNS as it is, in TLS, in HTTPS. */
export type StreamService = 'tcp' | 'tls' | 'https';

/** An address and what is spoken there. */
export type StreamAddress = ListenAddress & { readonly service: StreamService };

/** DNS in TLS and HTTPS: where, and by which PEM files. */
export type TlsOptions = {
  /** At least one, of services `tls` and `https`. */
  readonly listen: readonly StreamAddress[];
  readonly certFile: string;
  readonly keyFile: string;
};

/** How UDP is read: `mmsg` in batches through recvmmsg (Linux), `dgram` through Node; `auto` takes the best there is. */
export type UdpTransport = 'auto' | 'mmsg' | 'dgram';

/** Response rate limiting. */
export type RateLimitOptions = {
  readonly mode: 'off' | 'log-only' | 'on';
  /** Answers of one kind about one name that a network gets in a second from the whole node. */
  readonly perSecond: number;
  /** Each `slip`th answer over the limit is sent short; 0: none. */
  readonly slip: number;
  readonly exempt: readonly IpPrefix[];
};

export type ServeOptions = {
  readonly zonesDir: string;
  readonly zoneDefaults: ZoneDefaults;
  /** Need not exist: then the bundled geolocation alone is used. */
  readonly geoDataDir: string;
  /** Empty: nothing is bound and no worker runs; zones, place and health are loaded, for `explain` and `whatif`. */
  readonly listen: readonly ListenAddress[];
  /** Null: embedded, state lives in the process. */
  readonly redis: RedisAccess | null;
  /** Names the key space in Redis, `meridian:{cluster}:`. */
  readonly clusterName: string;
  /** Unique in the cluster, e.g. `ns1-4711`. */
  readonly nodeName: string;
  /** UDP worker threads, 1..WORKERS_MAX. */
  readonly workers: number;
  readonly transport: UdpTransport;
  /** What NSID and CHAOS `id.server` tell, ASCII; null: nothing. */
  readonly serverId: string | null;
  /** What CHAOS `version.bind` tells, ASCII; null: nothing. */
  readonly serverVersion: string | null;
  /** Networks whose packets may ask for TXT `_explain.NAME`; empty: nobody's. */
  readonly explainFrom: readonly IpPrefix[];
  /** Secrets of server cookies; null: random ones. */
  readonly cookieSecretFile: string | null;
  /** Null: no encrypted transport. */
  readonly tls: TlsOptions | null;
  /** Sources that must, and alone may, say by a PROXY header for whom they ask. */
  readonly proxyFrom: readonly IpPrefix[];
  readonly rateLimit: RateLimitOptions;
  /** Resolvers asked for ALIAS targets outside of all zones; absent or empty: those have no addresses. */
  readonly aliasResolvers?: readonly ListenAddress[];
  /** Null: nothing is kept between runs. */
  readonly stateDir: string | null;
  /** Whether the node checks endpoints itself as region `local`; without Redis only. */
  readonly embeddedAgent: boolean;
  /** Whether a node that serves the same addresses is no reason not to start: it is about to be stopped. */
  readonly overlap?: boolean;
  /** Whether saved files are loaded at once; otherwise by `reload()` alone. */
  readonly watchFiles: boolean;
};
