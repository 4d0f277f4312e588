import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../../../src/admin/request-body.ts';

const read = (body: string | Uint8Array, type = 'application/json') =>
  readJsonBody(
    new Request('http://localhost/', { method: 'POST', headers: { 'content-type': type }, body: body as never }),
  );

describe('a body', () => {
  it('is plain data', async () => expect(await read('{"a":[1]}')).toEqual({ value: { a: [1] } }));

  it.each([
    ['{"a":', 400],
    ['', 400],
    ['{"__proto__":{"force":true}}', 400],
    ['{"a":{"constructor":1}}', 400],
    ['['.repeat(100) + ']'.repeat(100), 400],
    [`"${'x'.repeat(70_000)}"`, 413],
    [Uint8Array.of(0x22, 0xff, 0x22), 400],
  ])('is refused when it is %j', async (body, status) => expect(await read(body)).toMatchObject({ status }));

  it('is refused in a type that a form could send', async () => {
    expect(await read('{}', 'text/plain')).toMatchObject({ status: 415 });
    expect(await read('{}', 'application/jsonp')).toMatchObject({ status: 415 });
    expect(await read('{}', 'application/json; charset=utf-8')).toEqual({ value: {} });
  });
});
