import { expect, it } from 'vitest';
import { eventText } from '../../../src/console/event-text.ts';

it('tells a verdict by what was asked, once and without the parameters of the check', () => {
  const data = {
    check: 'http://127.0.63.1:80/healthz?host=www.example.com&method=GET&interval=1000',
    verdict: 'down',
    previous: 'unknown',
    regions: { eu: 'down', us: 'up' },
    reason: 'refused',
  };
  expect(eventText({ kind: 'verdict', message: 'endpoint down: …', data })).toEqual({
    sentence: 'http://127.0.63.1:80/healthz is down, was not known',
    detail: 'for www.example.com, eu: down, us: up, reason refused',
  });
});

it('tells of agents who they are', () => {
  const data = { agent: 'eu-1', region: 'eu', change: 'joined' };
  expect(eventText({ kind: 'agent', message: 'agent', data })).toEqual({
    sentence: 'agent eu-1 of eu joined',
    detail: '',
  });
});

it('keeps the words of the node for all else, and of data that is not as expected', () => {
  expect(
    eventText({ kind: 'reload', message: 'zones are up to date', data: { added: 1, note: null, by: {} } }),
  ).toEqual({
    sentence: 'zones are up to date',
    detail: 'added 1, by {}',
  });
  expect(eventText({ kind: 'verdict', message: 'odd', data: { check: 7 } })).toEqual({
    sentence: 'odd',
    detail: 'check 7',
  });
  const data = { check: 'tcp 127.0.0.1:80', verdict: 'up', regions: 'none' };
  expect(eventText({ kind: 'verdict', message: '', data }).sentence).toBe('tcp 127.0.0.1:80 is up');
});
