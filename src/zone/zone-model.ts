/**
 * What a zone file says, as plain data: the form between the readers (YAML, master file) and the compiler.
 *
 * Static records are many (a zone may hold a million), so they stand in columns over one arena of octets
 * ({@link ZoneRecords}); dynamic records are few and stand as objects. Everything here is checked and complete: defaults
 * are filled in, names are absolute, RDATA is in wire form.
 */

import type { Place } from '../base/fault.ts';
import type { IpPrefix } from '../base/ip-prefix.ts';

/** One zone as read from its files. */
export type ZoneModel = {
  /** Wire form, lower case. */
  readonly origin: Uint8Array;
  /** Presentation form, lower case, with the final dot. */
  readonly originText: string;
  readonly soa: SoaModel;
  /** Every static record except the SOA. */
  readonly records: ZoneRecords;
  readonly dynamics: readonly DynamicModel[];
  readonly aliases: readonly AliasModel[];
  readonly follows: readonly FollowModel[];
};

/** A name that has the addresses of another one (octoDNS's ALIAS); names in wire form, lower case. */
export type AliasModel = { readonly owner: Uint8Array; readonly target: Uint8Array; readonly ttlSeconds: number };

/** An RRset of `records` that follows the health of the names it leads to. */
export type FollowModel = {
  /** Wire form, lower case. */
  readonly owner: Uint8Array;
  /** SRV, SVCB or HTTPS. */
  readonly type: number;
  /** Records whose target has no healthy endpoint are left out while another has. */
  readonly leavesOut: boolean;
  /** Address hints (RFC 9460 7.3) are the addresses that the target has for the client. */
  readonly hints: boolean;
};

/** Start of authority (RFC 1035 3.3.13); times in seconds, names in wire form. */
export type SoaModel = {
  readonly mname: Uint8Array;
  readonly rname: Uint8Array;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
  readonly ttl: number;
};

/** A place in the world as octoDNS writes it: `EU`, `AF-ZA`, `NA-US-CA`. */
export type GeoCode = { readonly continent: string; readonly country: string | null; readonly province: string | null };

/** A steered name: its pools, who gets which, and what is known to be tried last. */
export type DynamicModel = {
  /** Wire form, absolute, lower case. */
  readonly owner: Uint8Array;
  /** The key as written in the file (`www`, `''` for the apex). */
  readonly key: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly ttlSeconds: number;
  /** Last resort: the record's own `values`, not checked, in file order. Texts as in the file (addresses or absolute names). */
  readonly values: readonly string[];
  /** In file order. */
  readonly pools: readonly PoolModel[];
  /** In file order; the last is the catch-all (no subnets, no geos). */
  readonly rules: readonly RuleModel[];
  readonly steering: SteeringModel;
  readonly place: Place;
};

export type PoolModel = {
  readonly name: string;
  /** Index in `pools` of the next pool to try, or -1. Never a loop. */
  readonly fallback: number;
  readonly endpoints: readonly EndpointModel[];
  /** Region this pool stands for (`meridian.steering.pools.X.region`), or null. */
  readonly region: string | null;
  /** Share among equal pools (`weight`), 0..1,000,000. */
  readonly share: number;
  /** Percent by which distances to the pool shrink (or grow), -99..99. */
  readonly bias: number;
  /** What the pool can bear (`capacity`), or null where the file does not say. */
  readonly capacity: Capacity | null;
};

/** Load up to which a pool is planned to go, and that it must never pass, both counted in `unit`. */
export type Capacity = { readonly target: number; readonly max: number; readonly unit: string };

export type EndpointStatus = 'obey' | 'up' | 'down';

export type EndpointModel = {
  /** Address or absolute name, normalised. */
  readonly value: string;
  /** 1..100. */
  readonly weight: number;
  readonly status: EndpointStatus;
  readonly check: CheckSpec;
};

/** Everything about an endpoint that health and operators speak of. */
export type EndpointSpec = {
  /** `zone|name|type|pool|value#n`: unique on a node and equal on all nodes with the same zone files. */
  readonly key: string;
  /** Zone origin and record name, absolute presentation form with the final dot. */
  readonly zone: string;
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly pool: string;
  readonly region: string | null;
  readonly value: string;
  readonly weight: number;
  /** What it weighs among the endpoints of its pool before health: its weight, or 1 where all are equal (`balance: random`). */
  readonly drawWeight: number;
  /** The share of its pool among the pools of the record; null where no shares but rules, order or places choose the pool. */
  readonly poolShare: number | null;
  readonly status: EndpointStatus;
  readonly check: CheckSpec;
  readonly balance: Balance;
  readonly recovery: RecoveryModel;
};

export type RuleModel = {
  readonly subnets: readonly IpPrefix[];
  readonly geos: readonly GeoCode[];
  /** Index in `pools`. */
  readonly pool: number;
  /** Where the rule stands. */
  readonly place: Place;
};

/**
 * Which clients go where, without saying what there is: the part of a record's rules that depends on the client. A class
 * is the index of the first rule with the same pool, so rules that lead to one pool are one class. Records with equal
 * specifications share one table of the address space (`geo/class-table.ts`).
 */
export type ClassSpec = {
  readonly targets: ReadonlyArray<{
    readonly subnets: readonly IpPrefix[];
    readonly geos: readonly GeoCode[];
    readonly class: number;
  }>;
  /** Class of every client that no target names. */
  readonly otherwise: number;
  /** How places divide these clients further; absent where they do not. */
  readonly preference?: PreferenceSpec;
};

/** The order in which pools are tried; the first `ties` are equals, one of which is drawn by its share. */
export type PoolWalk = { readonly pools: readonly number[]; readonly ties: number };

/**
 * What the order of pools depends on besides the rules: the client's distance or latency, and fences around places. Every distinct order is a
 * class of its own, from `base` on, so that clients with equal orders have one scope (`geo/preference-table.ts`).
 */
export type PreferenceSpec = {
  /** Classes below are those of the rules. */
  readonly base: number;
  /** What orders the candidates. */
  readonly method: 'nearest' | 'latency';
  /** Whom the place orders for clients of `otherwise`, in file order; empty: nobody. */
  readonly candidates: ReadonlyArray<{
    readonly pool: number;
    readonly region: string;
    readonly bias: number;
    /** By `latency`: the checks that measure the pool's endpoints (`CheckSpec.id`), and the weights of these. */
    readonly checks: ReadonlyArray<{ readonly id: string; readonly weight: number }>;
  }>;
  readonly nearTie: NearTie | null;
  readonly fences: readonly FenceModel[];
  /** Of each rule's class, for clients inside a fence; empty without fences. */
  readonly walks: readonly PoolWalk[];
  /** Pools of a row at most, if not as many as are told apart (WALK_POOLS_MAX). */
  readonly depth?: number;
};

export type AllDown = 'serve_all' | 'values' | 'first_pool' | 'last_good' | 'nodata' | 'servfail';

/** How the catch-all chooses among pools. */
export type SteeringMethod = 'rules' | 'failover' | 'weighted' | 'nearest' | 'latency';

/** How a pool chooses among its endpoints. */
export type Balance = 'weighted' | 'round_robin' | 'random' | 'hash' | 'least_connections' | 'least_latency' | 'load';

/** What counts as equally near: cost up to (1 + ratio) x the best + margin. */
export type NearTie = { readonly ratio: number; readonly marginMs: number };

/** What clients inside a fence get when all its pools are exhausted. */
export type FenceExit = 'serve_anyway' | 'nodata' | 'fallback';

/** Clients of these places never leave these pools (indices, in file order). */
export type FenceModel = {
  readonly geos: readonly GeoCode[];
  readonly pools: readonly number[];
  readonly onDown: FenceExit;
};

/** How a record chooses, from its `meridian:` block; the defaults are octoDNS's meaning. */
export type SteeringModel = {
  readonly method: SteeringMethod;
  /** Indices of the pools among which the method chooses, in file order. */
  readonly candidates: readonly number[];
  readonly nearTie: NearTie | null;
  readonly fences: readonly FenceModel[];
  readonly balance: Balance;
  /** Client prefixes that stay together; null: every query is drawn anew. */
  readonly sticky: { readonly prefixV4: number; readonly prefixV6: number } | null;
  /** Records per answer, 1..16. */
  readonly answers: number;
  readonly allDown: AllDown;
  /** Share of a pool's weight below which it counts as down, 0..1. */
  readonly minHealthy: number;
  /** Share of clients that exercise the fallback, 0..0.5. */
  readonly trickle: number;
  /** Bounds of the adaptive TTL in seconds; null: fixed. */
  readonly ttl: { readonly min: number; readonly max: number } | null;
  readonly recovery: RecoveryModel;
};

/** How an endpoint comes back after it was down. */
export type RecoveryModel = {
  /** Its weight grows from `floor` (0..1) to the whole in so many seconds; null: it has it at once. */
  readonly ramp: { readonly seconds: number; readonly floor: number } | null;
  /** It stays out of answers until an operator lets it in. */
  readonly manualResume: boolean;
};

/** Back at once, as in octoDNS. */
const DEFAULT_RECOVERY: RecoveryModel = { ramp: null, manualResume: false };

/** The client prefixes of `hash`: what resolvers disclose (RFC 7871 11.1). */
export const DEFAULT_STICKY = { prefixV4: 24, prefixV6: 56 } as const;

/** octoDNS's meaning: what a record without a `meridian:` block does. */
export const DEFAULT_STEERING: SteeringModel = {
  method: 'rules',
  candidates: [],
  nearTie: null,
  fences: [],
  balance: 'weighted',
  sticky: null,
  answers: 1,
  allDown: 'values',
  minHealthy: 0,
  trickle: 0,
  ttl: null,
  recovery: DEFAULT_RECOVERY,
};

export type CheckProtocol = 'HTTP' | 'HTTPS' | 'TCP' | 'TLS' | 'UDP' | 'ICMP' | 'DNS';

/** The question of a DNS check, and the answer that is a success. */
export type DnsExpectation = {
  /** Presentation form without the final dot, lower case. */
  readonly qname: string;
  /** Mnemonic, upper case. */
  readonly qtype: string;
  /** Mnemonic. */
  readonly rcode: string;
  /** RDATA in presentation form, each of which the answer section must hold with the type `qtype`. */
  readonly answers: readonly string[];
  /** Whether the question asks for recursion (RD). */
  readonly recursive: boolean;
};

/**
 * One check, complete: two endpoints with equal specifications are the same target and are checked once. `id` is a
 * readable form of all the fields, equal exactly when they are (`https://203.0.113.10:443/healthz?host=www.example.com&...`).
 */
export type CheckSpec = {
  readonly id: string;
  readonly protocol: CheckProtocol;
  /** Address or host name that is connected to. */
  readonly target: string;
  /** 0 for ICMP. */
  readonly port: number;
  /** Host header, SNI and the name in the certificate; the target itself where the file says null. */
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of HTTP status that count as success. */
  readonly expectStatus: ReadonlyArray<readonly [number, number]>;
  /** Text that the first 5 KB of the body, or of what the endpoint says, must hold; or null. */
  readonly expectText: string | null;
  /** The same as a `TextPattern`, or null; never both. */
  readonly expectPattern: string | null;
  /** Octets that TCP, TLS and UDP checks send, in lower-case hex; or null. */
  readonly send: string | null;
  /** Null exactly when the protocol is another one than DNS. */
  readonly dns: DnsExpectation | null;
  readonly tlsVerify: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Successes in a row until up again. */
  readonly rise: number;
  /** Failures without `rise` successes between, until down. */
  readonly fall: number;
  /** How many regions must agree. A number is a fraction in (0, 1]. */
  readonly quorum: 'majority' | 'any' | 'all' | number;
  /** Where the endpoint reports its load by HTTP, or null. */
  readonly loadPath: string | null;
};

/**
 * Static records in columns. `add` copies; rows keep the order in which they came. Offsets point into `bytes`.
 * Built by the readers, read by the compiler, then dropped.
 */
export class ZoneRecords {
  count = 0;
  bytes: Uint8Array = new Uint8Array(4096);
  /** Per row: offset of the owner's wire name (absolute, lower case), of the RDATA, and the RDATA's length. */
  owners: Uint32Array = new Uint32Array(64);
  rdatas: Uint32Array = new Uint32Array(64);
  rdataLengths: Uint16Array = new Uint16Array(64);
  types: Uint16Array = new Uint16Array(64);
  ttls: Uint32Array = new Uint32Array(64);
  /** Line in the zone's main file, for faults across records; 0 when it stood in an include. */
  lines: Uint32Array = new Uint32Array(64);
  #used = 0;
  #lastOwner: Uint8Array | null = null;
  #lastOwnerAt = 0;

  /** Octets of owners and RDATA so far; the rest of `bytes` is room. */
  get bytesUsed(): number {
    return this.#used;
  }

  /** Adds one record: `owner` and `rdata` in wire form, `ttl` in seconds (0 .. 2^31-1). */
  add(owner: Uint8Array, type: number, ttl: number, rdata: Uint8Array, line: number): void {
    const row = this.count++;
    if (row === this.types.length) this.#growColumns();
    if (owner !== this.#lastOwner) {
      this.#lastOwnerAt = this.#copy(owner);
      this.#lastOwner = owner;
    }
    this.owners[row] = this.#lastOwnerAt;
    this.rdatas[row] = this.#copy(rdata);
    this.rdataLengths[row] = rdata.length;
    this.types[row] = type;
    this.ttls[row] = ttl;
    this.lines[row] = line;
  }

  #copy(source: Uint8Array): number {
    if (this.#used + source.length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.#used + source.length));
      bytes.set(this.bytes.subarray(0, this.#used));
      this.bytes = bytes;
    }
    this.bytes.set(source, this.#used);
    this.#used += source.length;
    return this.#used - source.length;
  }

  #growColumns(): void {
    const size = this.types.length * 2;
    const grow = <T extends Uint16Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.owners = grow(this.owners, new Uint32Array(size));
    this.rdatas = grow(this.rdatas, new Uint32Array(size));
    this.rdataLengths = grow(this.rdataLengths, new Uint16Array(size));
    this.types = grow(this.types, new Uint16Array(size));
    this.ttls = grow(this.ttls, new Uint32Array(size));
    this.lines = grow(this.lines, new Uint32Array(size));
  }
}
