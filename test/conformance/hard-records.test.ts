/**
 * Hard and wrong RDATA texts, each in a zone of its own, in Meridian, NSD, Knot and BIND: which zones load, and which octets the record has
 * in the answer. Where the three agree ours is the same, or the difference stands in {@link ACCEPTED} with its reason.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { typeCode } from '../../src/wire/codes.ts';
import { BulkClient } from '../tools/bulk-client.ts';
import { startServe } from '../tools/meridian-process.ts';
import { craftQuery, joinBytes, plainName, wordBytes } from '../tools/packet-case.ts';
import { hasPeer, type PeerName, startPeer } from '../tools/peer-server.ts';
import { readWireAnswer } from '../tools/wire-answer.ts';
import { HARD_RECORD_TEXTS } from '../vectors/hard-record-texts.ts';

const PEERS = ['nsd', 'knotd', 'named'] as const satisfies readonly PeerName[];
const MISSING = PEERS.filter((name) => !hasPeer(name));
const REFUSED_ZONE = 'no zone';

/** Differences that are no faults: when they are these, and why ours stands. */
const ACCEPTED: readonly { readonly why: string; readonly holds: (type: string, text: string) => boolean }[] = [
  {
    why: 'RFC 1876 3: letters of the text form are taken in either case',
    holds: (type, text) => type === 'LOC' && / n .* e /.test(text),
  },
  {
    why: 'RFC 9460 14.3.2: key 65535 is reserved as invalid',
    holds: (_, text) => text.includes('key65535='),
  },
  {
    why: 'RFC 9540 4 and the registry name keys that the others have not heard of',
    holds: (_, text) => /ohttp|tls-supported-groups/.test(text),
  },
  {
    why: 'RFC 7553 4.4: the target of a URI record is not empty',
    holds: (type, text) => type === 'URI' && text.endsWith('""'),
  },
  {
    why: 'RFC 8976 3: the digest is of the zone as somebody else publishes it; it is left out with a warning',
    holds: (type) => type === 'ZONEMD',
  },
];

const originOf = (i: number) => `r${i}.forms.test.`;

/** What becomes of each record: the octets in the answer, or {@link REFUSED_ZONE}. */
async function formsOf(server: { dnsHost: string; dnsPort: number }): Promise<string[]> {
  const client = await BulkClient.open(server);
  const forms: string[] = [];
  for (const [i, [type]] of HARD_RECORD_TEXTS.entries()) {
    const question = joinBytes(plainName(`x.${originOf(i)}`), wordBytes(typeCode(type.toUpperCase()), 1));
    const reply = await client.ask(craftQuery({ questions: [question] }), true);
    const answer = reply === null ? null : readWireAnswer(reply);
    forms.push(answer === null ? 'silence' : answer.rcode === 0 ? answer.answer.join() : REFUSED_ZONE);
  }
  client.close();
  return forms;
}

describe.skipIf(MISSING.length === 0)(`hard records in four servers (skipped: no ${MISSING.join(', ')})`, () => {
  it.skip('are taken alike', () => undefined);
});

describe.skipIf(MISSING.length > 0)('hard records in Meridian, NSD, Knot and BIND', () => {
  let ours: string[];
  const theirs: string[][] = [];

  beforeAll(async () => {
    const zones = HARD_RECORD_TEXTS.map(
      ([type, text], i) =>
        [
          originOf(i),
          `$TTL 300\n@ SOA ns.elsewhere. host 1 3600 900 604800 60\n@ NS ns.elsewhere.\nx ${type} ${text}\n`,
        ] as const,
    );
    const server = await startServe({
      zones: Object.fromEntries(zones.map(([origin, text]) => [`${origin}zone`, text])),
      workers: 1,
    });
    ours = await formsOf(server);
    await server.stop();
    for (const name of PEERS) {
      const peer = await startPeer(name, new Map(zones));
      theirs.push(await formsOf(peer));
      await peer.stop();
    }
  }, 120_000);

  it.each(HARD_RECORD_TEXTS.map((each, i) => [...each, i] as const))('are taken alike: %s %s', (type, text, i) => {
    const forms = theirs.map((each) => each[i]!);
    if (!forms.every((form) => form === forms[0]) || ACCEPTED.some(({ holds }) => holds(type, text))) return;
    expect(ours[i]).toBe(forms[0]);
  });
});
