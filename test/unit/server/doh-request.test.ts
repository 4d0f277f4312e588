import { describe, expect, it } from 'vitest';
import { readDohHead } from '../../../src/server/doh-request.ts';

const get = (target: string) => readDohHead('GET', target, undefined, undefined);
const post = (type: string | undefined, length?: string) => readDohHead('POST', '/dns-query', type, length);

describe('readDohHead (RFC 8484 4.1)', () => {
  it('takes the query of a GET from the parameter dns, among others', () => {
    const asked = get('/dns-query?x=1&dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB&y');
    expect(asked.kind === 'query' && Buffer.from(asked.query).toString('latin1')).toContain(
      '\x03www\x07example\x03com',
    );
  });

  it.each([
    '/dns-query',
    '/dns-query?dns=',
    '/dns-query?dns=AAA=',
    '/dns-query?dns=A+B/',
    '/dns-query?dns=AAAAA',
    '/dns-query?DNS=AAAA',
  ])('says 400 to %s', (target) => {
    expect(get(target)).toEqual({ kind: 'refused', status: 400 });
  });

  it('says 404 elsewhere, 405 to other methods', () => {
    expect(get('/?dns=AAAA')).toEqual({ kind: 'refused', status: 404 });
    expect(get('/dns-query/?dns=AAAA')).toEqual({ kind: 'refused', status: 404 });
    expect(readDohHead('PUT', '/dns-query', undefined, undefined)).toEqual({ kind: 'refused', status: 405 });
  });

  it('takes the body of a POST of the right type, whatever its parameters and case', () => {
    expect(post('application/dns-message')).toEqual({ kind: 'body' });
    expect(post('Application/DNS-Message; charset=x', '40')).toEqual({ kind: 'body' });
  });

  it.each([undefined, '', 'text/plain', 'application/dns-messages', 'application/dns-json'])(
    'says 415 to type %s',
    (type) => {
      expect(post(type)).toEqual({ kind: 'refused', status: 415 });
    },
  );

  it('says 413 to what is longer than a message, before it comes', () => {
    expect(post('application/dns-message', '65535')).toEqual({ kind: 'body' });
    expect(post('application/dns-message', '65536')).toEqual({ kind: 'refused', status: 413 });
    expect(get(`/dns-query?dns=${'A'.repeat(4 * 21_846)}`)).toEqual({ kind: 'refused', status: 413 });
  });
});
