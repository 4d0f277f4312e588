import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

const txt = (value: string, escapedSemicolons = true) =>
  readZoneText(`t:\n  type: TXT\n  value: ${value}\n`, {}, { escapedSemicolons });
const served = (value: string, escaped = true) =>
  txt(value, escaped).records.map((line) => line.replace('t.unit.test. 3600 TXT ', ''));

describe('TXT', () => {
  it('writes ; as \\;, and nothing else has a meaning', () => {
    expect(served('v=DKIM1\\; k=rsa')).toEqual([expect.stringMatching(/^"v=DKIM1\\?; k=rsa"$/)]);
    expect(served("'a\\b'")).toEqual(['"a\\\\b"']);
    expect(served('\'"part one " "part two"\'')).toEqual(['"part one part two"']);
    expect(served("''")).toEqual(['""']);
    expect(served('v=DKIM1; k=rsa', false)).toEqual(served('v=DKIM1\\; k=rsa'));
  });

  it('is cut into strings of 255 octets', () => {
    expect(served('x'.repeat(256))).toEqual([`"${'x'.repeat(255)}" "x"`]);
  });

  it.each([
    ['v=DKIM1; k=rsa', 'unescaped ; in "v=DKIM1; k=rsa"'],
    ["'a\\\\; b'", 'double escaped ; in "a\\\\; b"'],
    ['größe', 'non ASCII character in "größe"'],
    ['', 'missing value(s)'],
    ['[]', 'missing value(s)'],
    ['yes', 'True is not a text: quote it'],
  ])('refuses %s', (value, message) => {
    expect(txt(value).told).toEqual([expect.stringContaining(message)]);
  });
});
