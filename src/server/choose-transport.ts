/** Which way UDP goes: in batches by system calls where they can be made, else datagram by datagram. Asked once at the start. */

import type { ListenAddress, ServeOptions } from './serve-options.ts';
import { StartError } from './start-error.ts';
import { loadSystemCalls } from './system-calls.ts';

/** The transport for `wanted` at `listen`; `warn` is told what that costs. Throws StartError if what is demanded cannot be. */
export function chooseTransport(
  wanted: ServeOptions['transport'],
  listen: readonly ListenAddress[],
  warn: (message: string) => void,
): 'mmsg' | 'dgram' {
  if (wanted !== 'dgram') {
    const calls = loadSystemCalls();
    if (typeof calls !== 'string') return 'mmsg';
    if (wanted === 'mmsg') throw new StartError(`--transport mmsg: ${calls}; use --transport auto`);
    warn(`UDP goes through dgram, at half the speed: ${calls}`);
  }
  if (listen.some(({ address }) => address === '0.0.0.0' || /^[0:]+$/.test(address))) {
    warn(
      'a wildcard address with dgram: on a host with several addresses answers may leave from another; name each with --listen',
    );
  }
  return 'dgram';
}
