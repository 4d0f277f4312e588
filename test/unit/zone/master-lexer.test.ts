import { describe, expect, it } from 'vitest';
import { RECORD_WORDS_MAX } from '../../../src/base/limits.ts';
import { MasterLexer } from '../../../src/zone/master-lexer.ts';

/** Each entry as its words, `>` before one that begins with a blank, quotes around quoted words; a fault as `!line:column`. */
function entries(text: string): string[][] {
  const lexer = new MasterLexer(text);
  const all: string[][] = [];
  while (lexer.next()) {
    const words = Array.from({ length: lexer.count }, (_, i) =>
      lexer.quoted[i] === 1 ? `"${lexer.word(i)}"` : lexer.word(i),
    );
    if (lexer.hasLeadingBlank) words.unshift('>');
    all.push(lexer.fault === null ? words : [`!${lexer.fault.line}:${lexer.fault.column}`]);
  }
  return all;
}

describe('MasterLexer', () => {
  it('cuts entries at line ends and words at blanks, and skips comments and empty lines', () => {
    expect(entries('a b\tc\r\n\n ; only a comment\n  d e;f\ng')).toEqual([['a', 'b', 'c'], ['>', 'd', 'e'], ['g']]);
    expect(entries('')).toEqual([]);
    expect(entries('\ufeffa b')).toEqual([['a', 'b']]);
  });

  it('joins lines inside parentheses, nested ones too', () => {
    expect(entries('a ( b ; c )\n d\n(e) ) f\ng')).toEqual([['a', 'b', 'd', 'e', 'f'], ['g']]);
    expect(entries('a(b)c')).toEqual([['a', 'b', 'c']]);
  });

  it('keeps escapes in words, and lets them hide every special character', () => {
    expect(entries('a\\;b c\\ d e\\(f g\\"h')).toEqual([['a\\;b', 'c\\ d', 'e\\(f', 'g\\"h']]);
    expect(entries('a\\\nb')).toEqual([['a\\'], ['b']]);
    expect(entries('a\\')).toEqual([['a\\']]);
  });

  it('takes quoted words without their quotes, and quoted parts after = with them', () => {
    expect(entries('"a ;(\\" b" "" "c""d"')).toEqual([['"a ;(\\" b"', '""', '"c"', '"d"']]);
    expect(entries('alpn="h2, h3" x=')).toEqual([['alpn="h2, h3"', 'x=']]);
  });

  it('knows line and column of every word', () => {
    const lexer = new MasterLexer('\n a (\n  "b\nc" d )\n');
    lexer.next();
    expect([...lexer.lines.subarray(0, 3)]).toEqual([2, 3, 4]);
    expect([...lexer.columns.subarray(0, 3)]).toEqual([2, 3, 4]);
  });

  it('places what is malformed, and goes on with the next line', () => {
    expect(entries('a )\nb')).toEqual([['!1:3'], ['b']]);
    expect(entries('a ( b\nc\nd')).toEqual([['!1:3'], ['c'], ['d']]);
    expect(entries('a "b\nc')).toEqual([['!1:3'], ['c']]);
    expect(entries('a "b"c\nd')).toEqual([['!1:6'], ['d']]);
    expect(entries('a b"c d"\ne')).toEqual([['!1:4'], ['e']]);
    expect(entries('a x="b\nc')).toEqual([['!1:5'], ['c']]);
    expect(entries('(')).toEqual([['!1:1']]);
  });

  it('goes back behind the first line of a quoted word when told that the entry made no sense', () => {
    const lexer = new MasterLexer('a "b\nc" d\ne');
    lexer.next();
    expect(lexer.unfold()).toBe(true);
    lexer.next();
    expect([lexer.fault?.line, lexer.fault?.column]).toEqual([2, 2]);
    lexer.next();
    expect([lexer.word(0), lexer.lines[0], lexer.unfold()]).toEqual(['e', 3, false]);
  });

  it('refuses an entry of too many words', () => {
    expect(entries(`${'a '.repeat(RECORD_WORDS_MAX)}\nb`)[0]).toHaveLength(RECORD_WORDS_MAX);
    expect(entries(`${'a '.repeat(RECORD_WORDS_MAX + 1)}\nb`)).toEqual([[expect.stringMatching(/^!1:/)], ['b']]);
  });
});
