/**
 * EDNS Client Subnet (RFC 7871). The option is parsed strictly: a resolver that sends a malformed one gets FORMERR
 * (7.1.2, 11.1), never an answer that it could cache for the wrong clients.
 *
 *   +0 FAMILY (2)   +2 SOURCE PREFIX-LENGTH   +3 SCOPE PREFIX-LENGTH   +4 ADDRESS (as many octets as the prefix needs)
 */

/** Octets before the address. */
const CLIENT_SUBNET_FIXED_BYTES = 4;

/** The subnet of the last query that carried one. `family` 0: none. */
export class ClientSubnet {
  family: 0 | 4 | 6 = 0;
  /** Bits of the address that the resolver disclosed; 0: it asks not to be steered by the client's address (7.1.2). */
  sourceLength = 0;
  /** The address, zero beyond the prefix. */
  readonly words: Uint32Array = new Uint32Array(4);

  /** Reads the option's content at `at`. False: malformed, answer FORMERR. */
  parse(bytes: Uint8Array, at: number, length: number): boolean {
    if (length < CLIENT_SUBNET_FIXED_BYTES) return false;
    const family = (bytes[at]! << 8) | bytes[at + 1]!;
    const source = bytes[at + 2]!;
    if (family !== 1 && family !== 2) return false;
    if (source > (family === 1 ? 32 : 128) || bytes[at + 3] !== 0) return false;
    const octets = (source + 7) >> 3;
    if (length !== CLIENT_SUBNET_FIXED_BYTES + octets) return false;
    const { words } = this;
    const addressAt = at + CLIENT_SUBNET_FIXED_BYTES;
    if ((source & 7) !== 0 && (bytes[addressAt + octets - 1]! & (0xff >> (source & 7))) !== 0) return false;
    this.family = family === 1 ? 4 : 6;
    this.sourceLength = source;
    words[0] = words[1] = words[2] = words[3] = 0;
    for (let i = 0; i < octets; i++) words[i >> 2]! |= bytes[addressAt + i]! << (24 - ((i & 3) << 3));
    return true;
  }

  /** Octets of the whole option (code and length included) in the answer. */
  optionBytes(): number {
    return 4 + CLIENT_SUBNET_FIXED_BYTES + ((this.sourceLength + 7) >> 3);
  }

  /** Writes the option's content at `at`: family, source and address as they came, and `scope` (7.2.1). Returns the end. */
  write(bytes: Uint8Array, at: number, scope: number): number {
    bytes[at] = 0;
    bytes[at + 1] = this.family === 4 ? 1 : 2;
    bytes[at + 2] = this.sourceLength;
    bytes[at + 3] = scope;
    const octets = (this.sourceLength + 7) >> 3;
    for (let i = 0; i < octets; i++) bytes[at + 4 + i] = this.words[i >> 2]! >>> (24 - ((i & 3) << 3));
    return at + 4 + octets;
  }
}
