/**
 * Every bound of the program, each with its reason and its unit in the name. Code that meets one says its name in the
 * error, so that an operator finds it here.
 */

// --- DNS messages (RFC 1035, 6891, 9715) ---

/** Octets of a name in wire form (RFC 1035 2.3.4). */
export const NAME_BYTES_MAX = 255;
/** Octets of a label (RFC 1035 2.3.4). */
export const LABEL_BYTES_MAX = 63;
/** Labels of a name, without the root: 255 octets hold 127 labels of one octet. */
export const NAME_LABELS_MAX = 127;
/** UDP answer without EDNS (RFC 1035 4.2.1). */
export const UDP_PLAIN_BYTES_MAX = 512;
/** UDP answer with EDNS, whatever the client offers: no fragment on any sane path (RFC 9715). */
export const UDP_EDNS_BYTES_MAX = 1232;
/** A message over TCP: two octets of length. */
export const MESSAGE_BYTES_MAX = 65535;
/** Octets of one RDATA. */
export const RDATA_BYTES_MAX = 65535;
/** CNAME and DNAME steps followed inside a zone before the answer stops with what it has: longer chains are mistakes. */
export const CHAIN_STEPS_MAX = 8;
/** Records of a dynamic name in one answer (01-zone-format, `answers`). */
export const ANSWERS_MAX = 16;

// --- Zones ---

/** Octets of one zone file; 1,000,000 names in master format take some 60 MB. */
export const ZONE_FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Zones in one server. */
export const ZONES_MAX = 100_000;
/** Depth of `!include` and `$INCLUDE`: deeper is a cycle or a mistake. */
export const INCLUDE_DEPTH_MAX = 8;
/** Files one zone may include, all told. */
export const INCLUDE_FILES_MAX = 1_000;
/** Pools of one dynamic record. */
export const POOLS_MAX = 1_000;
/** Endpoints of one pool. */
export const POOL_ENDPOINTS_MAX = 10_000;
/** Rules of one dynamic record: a class is 16 bits with some values reserved. */
export const RULES_MAX = 10_000;
/** Faults reported of one file; the rest is counted. Nobody reads more. */
export const FAULTS_PER_FILE_MAX = 1_000;

// --- Health ---

/** Endpoint slots of a node: one 32-bit word each. */
export const ENDPOINT_SLOTS_MAX = 262_144;
