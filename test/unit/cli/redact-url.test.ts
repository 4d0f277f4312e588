import { expect, it } from 'vitest';
import { redactUrl } from '../../../src/cli/redact-url.ts';

it('hides user and password and keeps the rest', () => {
  expect(redactUrl('redis://:secret@10.0.0.1:6379/2')).toBe('redis://***@10.0.0.1:6379/2');
  expect(redactUrl('rediss://user:secret@host')).toBe('rediss://***@host');
});

it('leaves a URL without secrets as it is', () => {
  expect(redactUrl('redis://127.0.0.1:6379')).toBe('redis://127.0.0.1:6379');
  expect(redactUrl('redis://[::1]:6379/0')).toBe('redis://[::1]:6379/0');
});

it('repeats nothing of what is no URL', () => expect(redactUrl('secret')).not.toContain('secret'));
