import { describe, expect, it } from 'vitest';
import { readRoute, VIEWS, writeRoute } from '../../../src/console/page-route.ts';

describe('the route', () => {
  it('comes back as it was written, for every view', () => {
    const query = { name: 'a&b=c#d.example.', client: '2001:db8::1' };
    for (const view of VIEWS) expect(readRoute(writeRoute(view, query))).toEqual({ view, query });
  });

  it('leaves out what is empty', () => expect(writeRoute('explain', { name: 'a', ecs: '' })).toBe('#/explain?name=a'));

  it.each(['', '#', '#/', '#/nowhere', '#/__proto__', '#content'])('takes %j for the first view', (fragment) => {
    expect(readRoute(fragment).view).toBe(VIEWS[0]);
  });
});
