/**
 * The COOKIE option of a query (RFC 7873 4): 8 octets that the client made, and 8 to 32 that a server gave it earlier. Copied out of
 * the query, because the answer is written over it. Whether the server's part is good is `answer/server-cookie.ts`'s to say.
 */

/** Octets of the client's part (RFC 7873 4). */
export const CLIENT_COOKIE_BYTES = 8;
const SERVER_COOKIE_BYTES_MIN = 8;
const SERVER_COOKIE_BYTES_MAX = 32;

/** The cookie of the last query that carried one. */
export class RequestCookie {
  isPresent = false;
  /** The client's part, then the server's. */
  readonly bytes: Uint8Array = new Uint8Array(CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES_MAX);
  /** Octets of the server's part; 0: the client has none yet. */
  serverLength = 0;

  /** Reads the option's content at `at`. False: a length that cannot be (RFC 7873 5.2.2), answer FORMERR. */
  parse(bytes: Uint8Array, at: number, length: number): boolean {
    const serverLength = length - CLIENT_COOKIE_BYTES;
    const isGood =
      serverLength === 0 || (serverLength >= SERVER_COOKIE_BYTES_MIN && serverLength <= SERVER_COOKIE_BYTES_MAX);
    if (!isGood) return false;
    for (let i = 0; i < length; i++) this.bytes[i] = bytes[at + i]!;
    this.serverLength = serverLength;
    this.isPresent = true;
    return true;
  }
}
