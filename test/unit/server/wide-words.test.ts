import { describe, expect, it } from 'vitest';
import { WideWords } from '../../../src/server/wide-words.ts';

describe('wide words', () => {
  it('sum all workers and go on where their words wrap, signed or not', () => {
    const [a, b] = [new Uint32Array([0, 0]), new Int32Array([0, 0])];
    const wide = new WideWords(() => [a, b], 2);
    a[0] = 0xffffffff;
    wide.read();
    b[0] = -1;
    wide.read();
    a[0] = 3;
    a[1] = 5;
    expect([...wide.read()]).toEqual([0xffffffff + 0xffffffff + 4, 5]);
  });

  it('begin at nothing where they are told to, and where they grow', () => {
    const words = new Uint32Array([7, 8, 9]);
    const wide = new WideWords(() => [words], 1);
    expect(wide.read()[0]).toBe(0);
    words[0]!++;
    words[1]!++;
    wide.growTo(3);
    expect([...wide.read().slice(0, 3)]).toEqual([1, 0, 0]);
    words[0]!++;
    words[2]!++;
    wide.restart(0);
    expect([...wide.read().slice(0, 3)]).toEqual([0, 0, 1]);
  });

  it('are nothing before there are workers, and count all that those begin with', () => {
    const lists: Uint32Array[] = [];
    const wide = new WideWords(() => lists, 1);
    expect(wide.read()[0]).toBe(0);
    lists.push(new Uint32Array([2]));
    expect(wide.read()[0]).toBe(2);
  });
});
