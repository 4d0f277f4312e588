import { describe, expect, it } from 'vitest';
import { INCLUDE_DEPTH_MAX, INCLUDE_FILES_MAX } from '../../../src/base/limits.ts';
import { nameFromText, nameToText } from '../../../src/wire/name.ts';
import { readMasterZone } from '../../../src/zone/master-reader.ts';

type Include = (path: string, from: string) => { path: string; text: string } | string;

function read(text: string, include: Include) {
  const origin = nameFromText('example.com.') as Uint8Array;
  const result = readMasterZone({ path: 'main', text: `$TTL 5\n@ NS .\n${text}`, origin, fallbackSerial: 1, include });
  const { records } = result.model ?? { records: null };
  const owners = Array.from({ length: records?.count ?? 0 }, (_, row) =>
    nameToText(records!.bytes, records!.owners[row]!),
  );
  const places = result.faults.map((fault) => `${fault.file}:${fault.line}:${fault.column} ${fault.code}`);
  return { owners: owners.slice(1), places, records, result };
}

const none: Include = () => 'there is no such file';

describe('$INCLUDE', () => {
  it('reads the file where it stands, with an origin of its own that ends with it', () => {
    const seen: string[] = [];
    const { owners, places, records } = read(
      'a A 192.0.2.1\n$INCLUDE "sub dir/f" sub\n  A 192.0.2.2\nb A 192.0.2.1',
      (path, from) => {
        seen.push(`${from} -> ${path}`);
        return { path: 'f', text: 'x A 192.0.2.1\n$ORIGIN deep.example.com.\ny A 192.0.2.1' };
      },
    );
    expect(places).toEqual([]);
    expect(seen).toEqual(['main -> sub dir/f']);
    expect(owners).toEqual(['a', 'x.sub', 'y.deep', 'a', 'b'].map((name) => `${name}.example.com.`));
    // Lines of the main file only: a line of another file would send the reader to the wrong place.
    expect([...records!.lines.subarray(0, 6)]).toEqual([2, 3, 0, 0, 5, 6]);
  });

  it('places faults in the file that has them', () => {
    const { places } = read('$INCLUDE f\nb A x', () => ({ path: 'f', text: '\na A x\nc CNAME d\nc A 192.0.2.1' }));
    expect(places).toEqual(['main:4:5 rdata-invalid', 'f:2:5 rdata-invalid', 'f:3:1 cname-and-other']);
  });

  it('refuses what the caller refuses, loops, and too much depth or too many files', () => {
    expect(read('$INCLUDE /etc/passwd', none)).toMatchObject({ places: ['main:3:10 include-failed'] });
    expect(read('$INCLUDE f', () => ({ path: 'main', text: '' })).places).toEqual(['main:3:10 include-loop']);
    let count = 0;
    const deeper = read('$INCLUDE f', () => ({ path: `f${++count}`, text: '$INCLUDE f' }));
    expect(deeper.places).toEqual([`f${INCLUDE_DEPTH_MAX}:1:10 include-depth`]);
    const many = read('$INCLUDE f', () => ({ path: `f${++count}`, text: '$INCLUDE f\n'.repeat(20) }));
    expect(many.places.filter((place) => place.endsWith('include-count'))).toHaveLength(1);
    expect(count).toBeLessThan(INCLUDE_FILES_MAX + 20);
  });
});

describe('an included file that is no zone file', () => {
  const secrets = [
    's3cretWord',
    'root:s3cretWord:1',
    'a 5 s3cretWord',
    'a TXT s3cretWord"',
    'a A s3cretWord',
    '$s3cretWord',
  ];
  const more = [
    's3cretWord A x',
    '$TTL s3cretWord',
    '$ORIGIN s3c..retWord',
    '$INCLUDE s3cretWord',
    's3cretWord..x A 192.0.2.1',
  ];

  it.each([...secrets, ...more, '$GENERATE s3cretWord', '$GENERATE 1-2 a$ A s3cretWord', 'a 9s3cretWord A 192.0.2.1'])(
    'is refused without a word of it: %s',
    (text) => {
      const include: Include = (path) =>
        path === 'key' ? { path, text: `${text}\n` } : `include "${path}" is not there`;
      const { result } = read('$INCLUDE key', include);
      expect(result.model).toBeNull();
      expect(result.faults.map((fault) => fault.file)).toContain('key');
      expect(JSON.stringify(result.faults)).not.toMatch(/s3c|retWord/i);
    },
  );

  it('is quoted when it is the main file, so that its author finds the word', () => {
    expect(read('a A 192.0.2.x', none).result.faults[0]?.message).toContain('192.0.2.x');
  });
});

describe('$ORIGIN and $TTL', () => {
  it('refuse what is no name or time', () => {
    const text =
      '$ORIGIN\n$ORIGIN a..b\n$ORIGIN \u00e9\n$TTL\n$TTL x\n$TTL 2147483648\n$TTL 1 2\n$INCLUDE\n$INCLUDE f \\999';
    expect(read(text, none).places.map((place) => place.replace(/^main:/, ''))).toEqual([
      '3:1 directive-invalid',
      '4:9 name-invalid',
      '5:9 name-invalid',
      '6:1 directive-invalid',
      '7:6 directive-invalid',
      '8:6 directive-invalid',
      '9:6 directive-invalid',
      '10:1 directive-invalid',
      '11:12 name-invalid',
    ]);
  });

  it('are known in any case, and a dollar sign in an owner is written escaped', () => {
    expect(read('$origin x\n\\$ttl A 192.0.2.1\n$ttl 3\ny A 192.0.2.1', none).owners).toEqual([
      '$ttl.x.example.com.',
      'y.x.example.com.',
    ]);
  });
});
