import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { LiveScreen } from '../../../src/cli/live-screen.ts';
import { until } from '../../tools/until.ts';

function terminal() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => modes.push(mode) });
  let written = '';
  const output = Object.assign(new PassThrough(), { columns: 30, rows: 4 });
  output.on('data', (part) => {
    written += String(part);
  });
  const screen = new LiveScreen(input as unknown as ReadStream, output as unknown as WriteStream);
  const last = () => stripVTControlCharacters(written.slice(written.lastIndexOf('\x1b[H'))).split('\r\n');
  return { screen, input, output, modes, written: () => written, last };
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`).join('\n');

it.each(['q', '\x03'])('shows each look in place until %j, and leaves the terminal as it was', async (key) => {
  const { screen, input, modes, written, last } = terminal();
  let looks = 0;
  const shown = screen.show(async () => `look ${++looks}\n`, 1);
  await until('the screen shows it', () => looks > 3);
  expect(last()[0]).toMatch(/^look \d/);
  input.write(key);
  await shown;
  expect(modes).toEqual([true, false]);
  expect(written().startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
  expect(written().endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
});

it('cuts to the window, scrolls, and paints anew when the window changes', async () => {
  const { screen, input, output, last } = terminal();
  const shown = screen.show(async () => lines(9), 60_000);
  await until('the screen shows it', () => last().length === 4);
  expect(last().slice(0, 3)).toEqual(['line 0', 'line 1', 'line 2']);
  input.write('\x1b[B');
  await until('the screen shows it', () => last()[0] === 'line 1');
  input.write('\x1b[6~');
  input.write('\x1b[6~');
  input.write('\x1b[6~');
  await until('the screen shows it', () => last()[0] === 'line 6');
  output.rows = 20;
  output.emit('resize');
  await until('the screen shows it', () => last()[0] === 'line 0' && last().at(-1) === 'q ends');
  input.write('q');
  await shown;
});

it('ends with what went wrong, and the terminal as it was', async () => {
  const { screen, modes, written } = terminal();
  await expect(screen.show(() => Promise.reject(new Error('a bug')), 1)).rejects.toThrow('a bug');
  expect(modes).toEqual([true, false]);
  expect(written().endsWith('\x1b[?1049l')).toBe(true);
});

it('counts no colours when it cuts a line, and ends them', async () => {
  const { screen, input, output, written } = terminal();
  output.columns = 4;
  const shown = screen.show(async () => '\x1b[31mabcd\x1b[39m\n\x1b[31mabcdef\x1b[39m\n', 60_000);
  await until('both lines', () => written().includes('\x1b[31mabc\x1b[0m…'));
  expect(written()).toContain('\x1b[31mabcd\x1b[39m\x1b[K');
  input.write('q');
  await shown;
});
