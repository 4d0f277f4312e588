/** Records that read like others, for what reads them alike: `src/zone/yaml-shape.ts`. */

const WORDS = [
  ...[
    'a',
    'b',
    'x-1.y_z',
    'ns1.example.net.',
    '_sip._tcp',
    '192.0.2.7',
    '0',
    '12',
    '1_000',
    '0x1F',
    '010',
    '3.5',
    'no',
    'Yes',
  ],
  ...['null', 'n', '2020-01-02', '60', 'e-', '9.', 'a'.repeat(40), 'w'.repeat(1_010)],
];
/** PyYAML takes these for a number and a date, and fails. */
const MEANINGLESS = ['0x_', '2001-13-01'];

/** `text`, and behind it the same with other words and without anchors, tags and aliases. `nextBelow`: a number below its argument. */
export function withOtherWords(text: string, nextBelow: (below: number) => number): string {
  const words = nextBelow(8) === 0 ? [...WORDS, ...MEANINGLESS] : WORDS;
  const plain = text.replace(/^---.*$/gm, '').replace(/[&!*](?=[A-Za-z])[\w:/.]*/g, '');
  // One in three stays, so that keys are the same here and others there.
  const other = plain.replace(/[A-Za-z0-9_][A-Za-z0-9_.-]*/g, (word) => {
    return nextBelow(3) === 0 ? word : words[nextBelow(words.length)]!;
  });
  return `${text}${text.endsWith('\n') ? '' : '\n'}${other}`;
}
