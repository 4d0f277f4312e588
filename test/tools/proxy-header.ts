/** PROXY headers of version 2 as a load balancer writes them, good ones and others. */

import { addressBytes, parseIpAddress } from '../../src/base/ip-address.ts';

export type ProxyHeaderOptions = {
  /** LOCAL: the balancer itself, without an address. */
  readonly isLocal?: boolean;
  /** Octets behind the addresses. */
  readonly tlvs?: Uint8Array;
  /** Stands in the header instead of the true length. */
  readonly length?: number;
  readonly versionAndCommand?: number;
  readonly familyAndProtocol?: number;
};

/** The octets before a message of `client`; the balancer's own address is the family's loopback. */
export function proxyHeader(client: string, options: ProxyHeaderOptions = {}): Uint8Array {
  const address = parseIpAddress(client);
  if (address === null) throw new Error(`bad address ${client}`);
  const server = parseIpAddress(address.family === 4 ? '127.0.0.1' : '::1')!;
  const ports = [0x30, 0x39, 0x00, 0x35];
  const addresses = options.isLocal ? [] : [...addressBytes(address), ...addressBytes(server), ...ports];
  const body = [...addresses, ...(options.tlvs ?? [])];
  const length = options.length ?? body.length;
  const family = options.isLocal ? 0 : address.family === 4 ? 0x12 : 0x22;
  return Uint8Array.from([
    ...Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
    options.versionAndCommand ?? (options.isLocal ? 0x20 : 0x21),
    options.familyAndProtocol ?? family,
    length >> 8,
    length & 255,
    ...body,
  ]);
}
