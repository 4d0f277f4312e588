/**
 * The layout of a zone image: what `zone-compile` writes and `zone-table` reads, and nobody else. One SharedArrayBuffer
 * seen as 32-bit words and as octets; all `...At` values are word offsets unless they say octets. A node and all that is
 * answered from it lie together, so that a query touches one hash slot and one or two more cache lines.
 *
 *   header   HEADER_WORDS words
 *   slots    HASH_MASK + 1 pairs [suffix hash, node at]; node at 0: empty; linear probing
 *   nodes    NODE_WORDS words, the owner's name (octets, padded), RRSET_WORDS words for each RRset, their RDATA (octets, padded)
 *   aliases  per ALIAS: {@link AliasWord}s, the target's name (octets, padded)
 *   glue     per delegation: [needed, all, node at ...]; the first `needed` are in-domain (RFC 9471)
 *   followed per RRset that follows the health of its targets: {@link FollowWord}s, {@link FollowedWord}s of each record, octet offsets of
 *            its targets' names, those names and the RDATA (octets, padded)
 *   steered  per steered RRset: its block, behind that the health slot of each of its endpoints, and where it stands
 *            ({@link PlaceWord})
 *   blocks   DYN_WORDS words, walk of each class, walks, rules, pools, endpoints; RRsets that steer alike share one, so that a
 *            server of many names with the same pools has all but their slots in the cache
 *   walk     WALK_WORDS words, pools in the order in which they are tried
 *   links    word offsets of endpoint slots and of group ids, filled in by `linkZone` when the control thread knows them
 *
 *   RDATA: length (2 octets), cuts (1 octet), position of each cut (2 octets), the RDATA uncompressed. A cut is where a
 *   compressible name reaches the zone's apex: from there on a pointer into the question does (RFC 1035 4.1.4).
 */

/** "MZT5": a foreign or older image is refused before anything of it is read. */
export const ZONE_MAGIC = 0x4d5a5435;

/** Words of the header. */
export const HeaderWord = {
  MAGIC: 0,
  SERIAL: 1,
  APEX_AT: 2,
  APEX_LENGTH: 3,
  APEX_LABELS: 4,
  SLOTS_AT: 5,
  HASH_MASK: 6,
  NODE_COUNT: 7,
  /** Labels of the deepest name: anything deeper need not be looked for. */
  DEPTH_MAX: 8,
  /** SOA RRset, and its TTL in negative answers (RFC 2308 5). */
  SOA_AT: 9,
  NEGATIVE_TTL: 10,
  ENDPOINT_LINKS_AT: 11,
  ENDPOINT_COUNT: 12,
  GROUP_LINKS_AT: 13,
  GROUP_COUNT: 14,
  NODES_AT: 15,
  NODES_END: 16,
  /** The {@link AliasWord}s of all nodes that have some. */
  ALIASES_AT: 17,
  ALIAS_COUNT: 18,
} as const;
/** Words that the header takes. */
export const HEADER_WORDS = 20;

/** Words of a node, before its name. */
export const NodeWord = {
  /** Length of the name in octets | labels << 8 | flags << 16. */
  NAME: 0,
  RRSET_COUNT: 1,
  /** The topmost delegation at or above, or DNAME above, this node; 0: none. */
  STOP: 2,
  /** The `*` child; 0: none. */
  WILDCARD: 3,
  /** Glue of a delegation; 0: none. */
  GLUE: 4,
  /** {@link AliasWord}s; 0: the name is no alias. */
  ALIAS: 5,
} as const;
/** Words that a node takes before its name. */
export const NODE_WORDS = 6;

/** Words of an ALIAS, which is no RRset: nobody can ask for it. */
export const AliasWord = {
  TTL: 0,
  /** Octet offset of the target's name, lower case. */
  TARGET: 1,
} as const;
/** Words that takes. */
export const ALIAS_WORDS = 2;

/** What a name is besides the owner of its records. */
export const NodeFlag = {
  /** NS below the apex: a delegation (RFC 1034 4.2.1). */
  CUT: 1,
  DNAME: 2,
} as const;

/** Words of an RRset. */
export const RRsetWord = {
  /** Type | number of records << 16. */
  TYPE: 0,
  TTL: 1,
  /** Octet offset of the first RDATA; word offset of the {@link SteeredWord}s or {@link FollowWord}s of an RRset that has some. */
  DATA: 2,
  /** Octets on the wire without owners << 2 | {@link RRsetKind}. */
  SIZE: 3,
} as const;
/** Words that an RRset takes. */
export const RRSET_WORDS = 4;

/** How an RRset is answered. FOLLOWED: SRV, SVCB or HTTPS whose targets or hints follow health. */
export const RRsetKind = { STATIC: 0, STEERED: 1, FOLLOWED: 2 } as const;
/** Its bits of {@link RRsetWord.SIZE}. */
export const RRSET_KIND_BITS = 2;

/** Words of an RRset that follows health, in front of its records. */
export const FollowWord = {
  /** Different targets among its records. */
  TARGET_COUNT: 0,
  /** Where octet offsets of their names (lower case) stand, a word each; an offset of 0: the owner's own name. */
  TARGETS_AT: 1,
  /** 1: records whose target is down are left out; 0: they are not. */
  LEAVES_OUT: 2,
  /** 1: address hints are the target's addresses; 0: they are the file's. */
  HINTS: 3,
} as const;
/** Behind them: its records. */
export const FOLLOW_WORDS = 4;

/** Words of a record of an RRset that follows health. */
export const FollowedWord = {
  /** Octet offset of the RDATA, uncompressed, and its length. */
  DATA: 0,
  LENGTH: 1,
  /** Index of its target; -1: it has none to follow. */
  TARGET: 2,
  /** Where in the RDATA the parameter ipv4hint begins | where it ends << 16, both where it would stand when there is none; and ipv6hint. */
  HINT_V4: 3,
  HINT_V6: 4,
} as const;
/** Words that a record takes. */
export const FOLLOWED_WORDS = 5;

/** Words of a steered RRset, in front of its slots. */
export const SteeredWord = {
  /** The dynamic block. */
  BLOCK: 0,
} as const;
/** Behind them: the slots, by {@link EndpointWord.ORDINAL}. */
export const STEERED_WORDS = 1;

/** Where a steered RRset stands in its file, behind its slots; for explanations. */
export const PlaceWord = {
  LINE: 0,
  /** Octet offset of the name of the file: length (1 octet), UTF-8. */
  FILE: 1,
} as const;
/** Words that takes. */
export const PLACE_WORDS = 2;

/** Words of a dynamic block. */
export const DynWord = {
  /** Id of the steering group, or -1 when the class does not depend on the client. */
  GROUP: 0,
  CLASS_COUNT: 1,
  POOL_COUNT: 2,
  POOLS_AT: 3,
  /** Records per answer. */
  ANSWERS: 4,
  /** Index in {@link ALL_DOWN_ORDER}. */
  ALL_DOWN: 5,
  /** Last resort: number of values and where they stand, as endpoints. */
  VALUE_COUNT: 6,
  VALUES_AT: 7,
  /** Class of clients whom no target names. */
  OTHERWISE: 8,
  /** Index in {@link METHOD_ORDER}. */
  METHOD: 9,
  /** Index in {@link BALANCE_ORDER}. */
  BALANCE: 10,
  /** Prefix lengths that choices follow, IPv4 | IPv6 << 8; 0: every query is drawn anew. */
  STICKY: 11,
  /** Share of a pool's weight below which it counts as down, in 1/65536. */
  MIN_HEALTHY: 12,
  /** Share of clients that exercise the fallback, in 2^-20. */
  TRICKLE: 13,
  /** Bounds of the adaptive TTL in seconds; a maximum of 0: fixed. */
  TTL_MIN: 14,
  TTL_MAX: 15,
  /** The band of equals, for explanations: ratio in millionths and margin in microseconds; a ratio of -1: none. */
  TIE_RATIO: 16,
  TIE_MARGIN: 17,
  /** The rules, {@link RULE_WORDS} words each, for explanations. */
  RULES_AT: 18,
  /** Fences and where the octet offsets of their places stand, in order; for explanations. */
  FENCE_COUNT: 19,
  FENCES_AT: 20,
} as const;
/** Behind the block's words: the walk of each class. */
export const DYN_WORDS = 21;
/** {@link DynWord.MIN_HEALTHY} of 1. */
export const MIN_HEALTHY_ONE = 65_536;
/** Bits of {@link DynWord.TRICKLE}. */
export const TRICKLE_BITS = 20;

/** A walk: in which order pools are tried. Also the form of the rows that `geo/preference-table` compiles for places. */
export const WalkWord = {
  COUNT: 0,
  /** How many of the first pools are equals; up to 1: none. */
  TIES: 1,
  /** The class whose walk follows when this one is exhausted, or a {@link WalkEnd}. */
  NEXT: 2,
  /** 1: the pools of a fence. For explanations. */
  IS_FENCED: 3,
} as const;
/** Behind the walk's words: the indices of its pools. */
export const WALK_WORDS = 4;

/** What follows an exhausted walk, when not another. */
export const WalkEnd = { ALL_DOWN: -1, SERVE_ANYWAY: -2, NODATA: -3 } as const;

/** `steering.method` by its code in the image. */
export const METHOD_ORDER = ['rules', 'failover', 'weighted', 'nearest', 'latency'] as const;

/**
 * `balance` by its code in the image. Endpoints of `random` all weigh 1, `hash` is sticky, and those behind it are `weighted` for a
 * query: their corrections are in the factor of the health words.
 */
export const BALANCE_ORDER = [
  'weighted',
  'round_robin',
  'random',
  'hash',
  'least_connections',
  'least_latency',
  'load',
] as const;
/** The codes by name, of those that a query tells apart. */
export const BalanceCode = { ROUND_ROBIN: 1, HASH: 3 } as const;

/** Words of a rule, for explanations. */
export const RuleWord = {
  /** Index of its pool. */
  POOL: 0,
  /** Its line, counted from that of the record; -1: it stands in another file. */
  LINE: 1,
  /** Octet offset of its geo codes and subnets, separated by spaces: length (2 octets), ASCII. `+N` at the end: so many more. */
  TARGETS: 2,
} as const;
/** Words that a rule takes. */
export const RULE_WORDS = 3;

/** Words of a pool. */
export const PoolWord = {
  /** Share among equal pools. */
  SHARE: 0,
  ENDPOINT_COUNT: 1,
  ENDPOINTS_AT: 2,
  /** Octet offset of the name: length (1 octet), UTF-8. */
  NAME: 3,
  /** Hash of the name. */
  IDENTITY: 4,
  /** Octet offset of the region's name, as NAME; 0: none. */
  REGION: 5,
  /** Percent by which distances shrink or grow, for explanations. */
  BIAS: 6,
} as const;
/** Words that a pool takes. */
export const POOL_WORDS = 7;

/** Words of an endpoint. */
export const EndpointWord = {
  /** Which of the RRset's slots in the health table is its own; -1 for a last-resort value, which has none. */
  ORDINAL: 0,
  /** Weight | status << 16 (0 obey, 1 up, 2 down). */
  WEIGHT: 1,
  /** Octet offset of the RDATA. */
  DATA: 2,
  /** Sum of the weights up to and with this one. */
  CUMULATIVE: 3,
  /** Hash of the value, the same on every node and in every reload. */
  IDENTITY: 4,
} as const;
/** Words that an endpoint takes. */
export const ENDPOINT_WORDS = 5;

/** `status` of an endpoint by its code in the image. */
export const StatusCode = { OBEY: 0, UP: 1, DOWN: 2 } as const;

/** `all_down` by its code in the image. */
export const ALL_DOWN_ORDER = ['values', 'serve_all', 'first_pool', 'last_good', 'nodata', 'servfail'] as const;
/** The codes by name. */
export const AllDownCode = { VALUES: 0, SERVE_ALL: 1, FIRST_POOL: 2, LAST_GOOD: 3, NODATA: 4, SERVFAIL: 5 } as const;
