import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextPattern } from '../../../src/base/text-pattern.ts';

function compile(text: string): TextPattern {
  const pattern = TextPattern.compile(text);
  if (!(pattern instanceof TextPattern)) throw new Error(`${text} ${pattern.fault}`);
  return pattern;
}

/** Whether `pattern` is found in `text`, given octet by octet. */
function finds(pattern: string, text: string): boolean {
  const run = compile(pattern).open();
  return [...Buffer.from(text)].some((octet) => run.feed(Uint8Array.of(octet))) || run.end();
}

const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '1', '^', '$', '\\w', '\\S', 'é');
const repeated = fc
  .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}'))
  .map(([one, times]) => (one === '^' || one === '$' ? one : one === 'é' ? `(?:é)${times}` : one + times));
const expression = fc.letrec<{ choice: string; part: string; group: string }>((tie) => ({
  choice: fc
    .array(
      fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.join('|')),
  part: fc.oneof({ maxDepth: 3 }, repeated, tie('group')),
  group: fc
    .tuple(tie('choice'), fc.constantFrom('', '*', '+', '?', '{0,3}'))
    .map(([inner, times]) => `(${inner})${times}`),
})).choice;

describe('a text pattern', () => {
  it('finds what a JavaScript regular expression finds', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '1', ' ', '\n'), { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(expression, text, (pattern, subject) => {
        const compiled = TextPattern.compile(pattern);
        fc.pre(compiled instanceof TextPattern);
        expect(finds(pattern, subject)).toBe(new RegExp(pattern).test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['"status"\\s*:\\s*"(ok|up)"', '{"status": "up"}', true],
    ['"status"\\s*:\\s*"(ok|up)"', '{"status": "down"}', false],
    ['(?i)grüße|OK', 'all is Ok', true],
    ['^\\+PONG\\r\\n$', '+PONG\r\n', true],
    ['^\\+PONG$', '+PONG\r\n', false],
    ['\\x80\\xff', 'é', false],
    ['\\xc3[\\xa0-\\xaf]', 'é', true],
    ['é+$', 'ééé', true],
    ['[]-]x', '-x', true],
    ['[^\\d]9', 'a9', true],
    ['a{2,3}$', 'aaa', true],
    ['', '', true],
    ['($)^', '', true],
    ['($)^', 'a', false],
  ])('%s in %j: %s', (pattern, text, isFound) => expect(finds(pattern, text)).toBe(isFound));

  it.each([
    ['a(b', 'has a "(" without ")"', 3],
    ['a)', 'has a ")" without "("', 1],
    ['[a', 'has a "[" without "]"', 2],
    ['*a', 'repeats nothing', 0],
    ['a**', 'repeats a repetition; lazy and possessive ones are not understood', 2],
    ['a+?', 'repeats a repetition; lazy and possessive ones are not understood', 2],
    ['^*', 'repeats "^" or "$"', 2],
    ['a{x}', 'has a "{" that is no {m}, {m,} or {m,n}: write \\{ for the sign itself', 1],
    ['a{3,2}', 'repeats from more to less', 1],
    ['(?=a)', 'has a "(?" that is not "(?:"; look-around is not understood', 1],
    ['(a)\\1', 'has the escape \\1, which is not understood', 5],
    ['[z-a]', 'has a range in [] that does not run from low to high', 4],
    ['[é]', 'has a character in [] that is not ASCII: write it outside, or its octets as \\xHH', 2],
    ['\\x4', 'has a \\x without two hexadecimal digits', 2],
    ['\\', 'ends in a backslash', 1],
  ])('%s is refused', (pattern, fault, at) => expect(TextPattern.compile(pattern)).toEqual({ fault, at }));

  it('is bounded in size, however it repeats itself', () => {
    const fault = { fault: expect.stringContaining('PATTERN_STEPS_MAX') };
    for (const pattern of ['a{300}', '((a{99}){99}){99}', '(a|b|c){100,}']) {
      expect(TextPattern.compile(pattern)).toMatchObject(fault);
    }
    expect(TextPattern.compile('((((){9999}){9999}){9999}){9999}')).toBeInstanceOf(TextPattern);
    expect(TextPattern.compile('a'.repeat(600))).toMatchObject({ fault: expect.stringContaining('PATTERN_CHARS_MAX') });
    expect(TextPattern.compile('('.repeat(40) + ')'.repeat(40))).toMatchObject({
      fault: expect.stringContaining('nests'),
    });
  });

  it('takes linear time for what stops a backtracking engine', () => {
    const startMs = performance.now();
    expect(finds('^(a+)+$', `${'a'.repeat(5_000)}!`)).toBe(false);
    expect(finds('(a|a)*(a|a)*(a|a)*b', 'a'.repeat(5_000))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
