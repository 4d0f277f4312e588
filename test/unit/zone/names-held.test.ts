import { expect, it } from 'vitest';
import { NamesHeld, octetText } from '../../../src/zone/names-held.ts';
import { modelZone, wireName } from '../../tools/model-zone.ts';

const { records, origin } = modelZone('example.', [
  'a 1 A 192.0.2.1',
  'six 1 AAAA 2001:db8::1',
  'c 1 CNAME a',
  'sub 1 NS ns.elsewhere.test.',
  'd 1 DNAME elsewhere.test.',
  '*.w 1 A 192.0.2.1',
  '*.wc 1 CNAME a',
  'mx 1 MX 1 a',
]);
const held = new NamesHeld(origin, records, [wireName('steered.example.')], [wireName('alias.example.')]);
const name = (text: string) => wireName(`${text}.example.`);

it('knows who may have addresses, wildcards, delegations and DNAMEs included', () => {
  for (const text of ['a', 'six', 'c', 'x.w', 'y.x.w', 'x.sub', 'x.d', 'steered', 'alias'])
    expect(held.mayHaveAddresses(name(text)), text).toBe(true);
  for (const text of ['mx', 'none', 'x.a', 'w']) expect(held.mayHaveAddresses(name(text)), text).toBe(false);
});

it('knows who may be steered, or lead to what is', () => {
  for (const text of ['c', 'x.wc', 'x.sub', 'x.d', 'steered', 'alias'])
    expect(held.mayBeSteered(name(text)), text).toBe(true);
  for (const text of ['a', 'x.w', 'none']) expect(held.mayBeSteered(name(text)), text).toBe(false);
});

it('makes texts that are equal exactly when the octets are', () => {
  expect(octetText(Uint8Array.of(1, 255, 0))).toBe('\u0001\u00ff\u0000');
});
