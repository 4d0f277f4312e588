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
const name = (text: string) => wireName(`${text}.example.`);
const targets = ['a', 'six', 'c', 'x.w', 'y.x.w', 'x.wc', 'x.sub', 'x.d', 'steered', 'alias', 'mx', 'none', 'x.a', 'w'];
const owners = { steered: [name('steered'), name('other')], aliases: [name('alias')] };
const held = new NamesHeld(origin, targets.map(name), records, owners);

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

it('keeps no name that answers for none of its targets', () => {
  const few = new NamesHeld(origin, [name('x.w')], records, owners);
  for (const text of ['a', 'c', 'steered', 'other', 'alias'])
    expect(few.mayHaveAddresses(name(text)), text).toBe(false);
  expect(few.mayHaveAddresses(name('x.w'))).toBe(true);
});

it('makes texts that are equal exactly when the octets are', () => {
  expect(octetText(Uint8Array.of(1, 255, 0))).toBe('\u0001\u00ff\u0000');
});
