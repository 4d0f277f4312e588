import { expect, it } from 'vitest';
import { errorMessage } from '../../../src/redis/error-message.ts';

it('is the message of an error, and never what something else holds', () => {
  expect(errorMessage(new TypeError('why'))).toBe('why');
  expect(errorMessage('secret')).toBe('unknown error');
});
