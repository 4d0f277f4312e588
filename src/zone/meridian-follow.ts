/**
 * `meridian: follow` of SRV, SVCB and HTTPS: what it may be asked for, the model of it, and what in it has no effect. Three moments: the
 * record by itself (`octodns-record`), its values as RDATA, and, when all names are known, where they lead (both `zone-build`).
 */

import { FOLLOWED_TARGETS_MAX } from '../base/limits.ts';
import { RRType, typeCode } from '../wire/codes.ts';
import { isAtOrBelow, nameToText } from '../wire/name.ts';
import { SvcKey, uint16At } from '../wire/rdata-svc-param.ts';
import { findSvcParam } from '../wire/rdata-svcb.ts';
import { followedTarget, isAliasMode, OWN_NAME } from './follow-compile.ts';
import { type MeridianBlock, meridianNode } from './meridian-block.ts';
import type { NamesHeld } from './names-held.ts';
import { kill, note, type RecordScope } from './record-scope.ts';
import { fieldOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import type { FollowModel } from './zone-model.ts';

/** A value as it stands in the file and as it is served. */
export type FollowValue = { readonly node: YamlNode; readonly rdata: Uint8Array };

/** An RRset that follows health, until all names of the zone are known. */
export type WaitingFollow = {
  readonly scope: RecordScope;
  /** What `follow` says in the file. */
  readonly at: YamlNode;
  readonly model: FollowModel;
  readonly values: readonly FollowValue[];
};

type Follow = NonNullable<MeridianBlock['follow']>;

const FOLLOWING_TYPES = new Set(['SRV', 'SVCB', 'HTTPS']);

/** Tells of a `follow` that a record of `type` has no use for. */
export function checkFollow(scope: RecordScope, type: string, follow: Follow, octodns: YamlMap): void {
  const at = meridianNode(octodns, 'follow');
  if (!FOLLOWING_TYPES.has(type)) {
    kill(scope, 'follow-type', `follow is for SRV, SVCB and HTTPS: take it out of this ${type}`, at);
  } else if (type === 'SRV' && follow.includes('hints')) {
    kill(scope, 'follow-hints', 'an SRV has no address hints to follow: say follow: [targets]', at);
  }
  if (new Set(follow).size < follow.length) note(scope, 'follow-twice', 'follow says the same twice', at);
}

/** The RRset of `values` that `follow` makes; null when it cannot be, which is told. */
export function buildFollow(
  scope: RecordScope,
  record: { readonly map: YamlMap; readonly type: string; readonly owner: Uint8Array },
  follow: Follow,
  values: readonly FollowValue[],
): WaitingFollow | null {
  const at = meridianNode(fieldOf(record.map, 'octodns') as YamlMap, 'follow');
  const type = typeCode(record.type);
  const model = { owner: record.owner, type, leavesOut: follow.includes('targets'), hints: follow.includes('hints') };
  const before = scope.fatal.length;
  checkModes(scope, at, model, values);
  const targets = new Set(
    values.map(({ rdata }) => followedTarget(type, rdata)).map((name) => name && nameToText(name)),
  );
  targets.delete(null);
  if (targets.size > FOLLOWED_TARGETS_MAX) {
    const what = `follow with ${targets.size} targets: at most ${FOLLOWED_TARGETS_MAX} (FOLLOWED_TARGETS_MAX) are followed`;
    kill(scope, 'follow-targets', `${what}; name fewer, or leave follow out`, at);
  }
  if (model.leavesOut && targets.size < 2) {
    note(
      scope,
      'follow-alone',
      'follow targets has no effect with one target: there is no other to leave it out for',
      at,
    );
  }
  return scope.fatal.length > before || values.length === 0 ? null : { scope, at, model, values };
}

/** The rules of RFC 9460 that records with parts left out must still keep. */
function checkModes(
  scope: RecordScope,
  at: YamlNode,
  { type, hints }: FollowModel,
  values: readonly FollowValue[],
): void {
  if (type === RRType.SRV) return;
  const aliases = values.filter(({ rdata }) => isAliasMode(type, rdata));
  const [alias] = aliases;
  if (alias !== undefined && aliases.length < values.length) {
    const why = 'clients ignore all others beside it (RFC 9460 2.4.1), so that leaving it out would change the service';
    kill(scope, 'follow-modes', `follow beside an alias (svcpriority 0): ${why}; take the one kind out`, alias.node);
  } else if (alias !== undefined && hints) {
    kill(scope, 'follow-hints', 'an alias (svcpriority 0) has no parameters (RFC 9460 2.4.2): leave hints out', at);
  }
  if (!hints) return;
  for (const { node, rdata } of values) {
    if (!mandates(rdata, SvcKey.IPV4_HINT) && !mandates(rdata, SvcKey.IPV6_HINT)) continue;
    const why =
      'a target that is down or has no such address leaves the hint out, and then the record is malformed (RFC 9460 8)';
    kill(scope, 'follow-mandatory', `mandatory names a hint that is followed: ${why}; take it out of mandatory`, node);
  }
}

function mandates(rdata: Uint8Array, key: number): boolean {
  const { from, to } = findSvcParam(rdata, SvcKey.MANDATORY);
  for (let at = from + 4; at < to; at += 2) if (uint16At(rdata, at) === key) return true;
  return false;
}

/** The names that it leads to, in lower case wire form. */
export function targetsOf({ model, values }: WaitingFollow): Uint8Array[] {
  return values.flatMap(({ rdata }) => targetOf(model, rdata) ?? []);
}

function targetOf(model: FollowModel, rdata: Uint8Array): Uint8Array | null {
  const target = followedTarget(model.type, rdata);
  return target === OWN_NAME ? model.owner : target;
}

/** Tells where nothing is followed, now that `held` knows the names of the zone of `origin`. */
export function tellFollow({ scope, at, model, values }: WaitingFollow, origin: Uint8Array, held: NamesHeld): void {
  let leadsOn = false;
  let isOutside = false;
  let hasAddresses = false;
  for (const { node, rdata } of values) {
    const target = targetOf(model, rdata);
    if (target === null) continue;
    if (!isAtOrBelow(target, origin)) {
      isOutside = true;
    } else if (held.mayBeSteered(target)) {
      leadsOn = true;
    } else if (held.mayHaveAddresses(target)) {
      hasAddresses = true;
    } else {
      const what = `the target ${nameToText(target)} has no address in this zone`;
      note(
        scope,
        'follow-target',
        `${what}: clients cannot reach it, and it is served whatever happens; add the name or correct it`,
        node,
      );
    }
  }
  if (leadsOn || (model.hints && hasAddresses)) return;
  const cure = 'name a record with "dynamic", or leave follow out';
  if (isOutside) {
    note(
      scope,
      'follow-outside',
      `no target is steered in this zone: follow has an effect only if another zone of this server steers one; else ${cure}`,
      at,
    );
  } else {
    note(scope, 'follow-static', `no target is steered: follow has no effect; ${cure}`, at);
  }
}
