import { describe, expect, it } from 'vitest';
import { expectText } from '../../../src/probe/expected-text.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const text = (expected: string) => expectText(checkSpec({ expectText: expected }))!;
const pattern = (expected: string) => expectText(checkSpec({ expectPattern: expected }))!;

describe('what is expected', () => {
  it('is nothing when the spec says nothing', () => expect(expectText(checkSpec())).toBeNull());

  it('is found across pieces, and missing when they end', () => {
    for (const reading of [text('pong'), pattern('p[o]ng')]) {
      expect(reading.take(Buffer.from('xxpo'))).toBe('open');
      expect(reading.take(Buffer.from('ng'))).toBe('found');
    }
    for (const reading of [text('pong'), pattern('pong')]) {
      expect(reading.take(Buffer.from('pon'))).toBe('open');
      expect(reading.end()).toBe('missing');
    }
  });

  it('must stand in the first 5 KB, in one piece or many', () => {
    const last = Buffer.from(`${'.'.repeat(5_118)}ok`);
    const behind = Buffer.from(`${'.'.repeat(5_119)}ok`);
    for (const open of [() => text('ok'), () => pattern('ok')]) {
      expect(open().take(last)).toBe('found');
      expect(open().take(behind)).toBe('missing');
      const reading = open();
      const answers = Array.from(behind, (octet) => reading.take(Uint8Array.of(octet)));
      expect(answers).not.toContain('found');
      expect(answers[5_119]).toBe('missing');
    }
  });

  it('may be the end of what is said', () => {
    const reading = pattern('^ok$');
    expect(reading.take(Buffer.from('ok'))).toBe('open');
    expect(reading.end()).toBe('found');
  });
});
