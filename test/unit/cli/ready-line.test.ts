import { expect, it } from 'vitest';
import { readyLine } from '../../../src/cli/ready-line.ts';

const listen = [{ address: '127.0.0.1', port: 5300 }];

it('has exactly the form that scripts wait for', () => {
  const line = readyLine(
    { listen, listenTls: [], zones: 2, refused: 0, state: 'embedded' },
    { address: '127.0.0.1', port: 9153 },
  );
  expect(line).toBe('meridian ready: dns 127.0.0.1:5300 udp+tcp, admin http://127.0.0.1:9153, 2 zones, state embedded');
});

it('names every address, and says when there is no API', () => {
  const both = [...listen, { address: '::1', port: 5300 }];
  expect(readyLine({ listen: both, listenTls: [], zones: 0, refused: 0, state: 'redis' }, null)).toBe(
    'meridian ready: dns 127.0.0.1:5300 udp+tcp, dns [::1]:5300 udp+tcp, admin off, 0 zones, state redis',
  );
});
