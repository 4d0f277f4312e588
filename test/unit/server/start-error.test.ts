import { describe, expect, it } from 'vitest';
import { StartError } from '../../../src/server/start-error.ts';

describe('StartError', () => {
  it('is told from every other error, in one line', () => {
    const error = new StartError('cannot listen on 127.0.0.1:53');
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('StartError: cannot listen on 127.0.0.1:53');
  });
});
