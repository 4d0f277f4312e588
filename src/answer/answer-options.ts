/**
 * The OPT record of an answer (RFC 6891) with its options. Client Subnet and cookie belong to the answer, and room is kept for them
 * from the beginning; the rest goes in where there is room left, so that no answer is truncated for the sake of a remark.
 */

import { TCP_IDLE_MS, UDP_EDNS_BYTES_MAX } from '../base/limits.ts';
import { EdnsOption, ExtendedError, Rcode } from '../wire/codes.ts';
import { OPT_BYTES, OPTION_HEAD_BYTES } from '../wire/response-writer.ts';
import { COOKIE_BYTES, CookieState, writeCookie } from './server-cookie.ts';
import { isProven, type Transaction, Transport } from './transaction.ts';

/** The recommended size of answers, and multiples of it (RFC 8467 4.1). */
const PADDING_BLOCK_BYTES = 468;
/** In tenths of a second (RFC 7828 3.1). */
const KEEPALIVE_TENTHS = TCP_IDLE_MS / 100;
/** Said with {@link ExtendedError.OTHER}. */
const ALL_DOWN_TEXT = new TextEncoder().encode('every endpoint is down');

/** Octets that the OPT record needs whatever else the answer holds. */
export function reservedOptBytes(tx: Transaction): number {
  const { subnet } = tx.query;
  let octets = OPT_BYTES;
  if (subnet.family !== 0) octets += subnet.optionBytes();
  if (tx.cookieState !== CookieState.NONE) octets += OPTION_HEAD_BYTES + COOKIE_BYTES;
  return octets;
}

/** Appends the OPT record in the room kept for it, and what else there is room for. */
export function writeOpt(tx: Transaction): void {
  const { query, writer } = tx;
  const optAt = writer.at;
  writer.openOpt(tx.rcode, UDP_EDNS_BYTES_MAX, query.dnssecOk);
  if (query.subnet.family !== 0) writeSubnet(tx);
  if (tx.cookieState !== CookieState.NONE) writeServerCookie(tx);
  if (query.wantsKeepalive) writeKeepalive(tx);
  if (tx.extendedError >= 0) writeExtendedError(tx);
  if (query.wantsServerId) writeServerId(tx);
  if (query.wantsPadding) writePadding(tx);
  writer.closeOpt(optAt);
}

/** Only if the query had one, with the scope of the decision (RFC 7871 7.2.1). */
function writeSubnet(tx: Transaction): void {
  const { subnet } = tx.query;
  const at = tx.writer.openOption(EdnsOption.CLIENT_SUBNET, subnet.optionBytes() - OPTION_HEAD_BYTES);
  subnet.write(tx.bytes, at, tx.scope);
}

/** In every answer to a query with a cookie (RFC 7873 5.2): a client that knows us discards answers without one. */
function writeServerCookie(tx: Transaction): void {
  const at = tx.writer.openOption(EdnsOption.COOKIE, COOKIE_BYTES);
  const { live } = tx.policy;
  writeCookie(tx.bytes, at, tx.query.cookie, tx.cookieState, tx.clientFamily, tx.clientWords, live, tx.nowSeconds);
}

/** How long a connection may be idle (RFC 7828 3.3); HTTP has its own ways (RFC 8484 5.2). */
function writeKeepalive(tx: Transaction): void {
  if (tx.transport === Transport.HTTPS || !hasRoom(tx, 2)) return;
  const at = tx.writer.openOption(EdnsOption.TCP_KEEPALIVE, 2);
  tx.bytes[at] = KEEPALIVE_TENTHS >> 8;
  tx.bytes[at + 1] = KEEPALIVE_TENTHS & 255;
}

function writeExtendedError(tx: Transaction): void {
  const text = tx.extendedError === ExtendedError.OTHER ? ALL_DOWN_TEXT : null;
  const octets = 2 + (text === null ? 0 : text.length);
  if (!hasRoom(tx, octets)) return;
  const at = tx.writer.openOption(EdnsOption.EXTENDED_ERROR, octets);
  tx.bytes[at] = tx.extendedError >> 8;
  tx.bytes[at + 1] = tx.extendedError & 255;
  if (text !== null) for (let i = 0; i < text.length; i++) tx.bytes[at + 2 + i] = text[i]!;
}

/** NSID (RFC 5001), if the operator tells. */
function writeServerId(tx: Transaction): void {
  const { serverId } = tx.policy;
  if (serverId === null || !hasRoom(tx, serverId.length)) return;
  const at = tx.writer.openOption(EdnsOption.NSID, serverId.length);
  for (let i = 0; i < serverId.length; i++) tx.bytes[at + i] = serverId[i]!;
}

/** Fills up with zeros to the next block, where an observer could otherwise tell answers by their length (RFC 7830, 8467). */
function writePadding(tx: Transaction): void {
  if (tx.transport !== Transport.TLS && tx.transport !== Transport.HTTPS) return;
  const { writer } = tx;
  const octets = writer.at - writer.start + OPTION_HEAD_BYTES;
  if (octets > tx.bytesMax) return;
  const blocks = Math.ceil(octets / PADDING_BLOCK_BYTES) * PADDING_BLOCK_BYTES;
  const padding = Math.min(blocks, tx.bytesMax) - octets;
  const at = writer.openOption(EdnsOption.PADDING, padding);
  tx.bytes.fill(0, at, at + padding);
}

/**
 * True if an option with `octets` of content may be added: within the answer's limit, and an error to somebody who could be
 * anybody never gets longer than the query, so that it is no use to whoever forges a source.
 */
function hasRoom(tx: Transaction, octets: number): boolean {
  const { writer, rcode } = tx;
  const total = writer.at - writer.start + OPTION_HEAD_BYTES + octets;
  if (total > tx.bytesMax) return false;
  return rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN || isProven(tx) || total <= tx.length;
}
