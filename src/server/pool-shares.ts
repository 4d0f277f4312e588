/**
 * The share of answers that each pool and endpoint has had of late beside the share that the zone file gives it and the one that it
 * has right now, with health, ramps and shifts. Made from what a node knows of its endpoints; served by `status`.
 */

import type { EndpointShare, EndpointStatus, PoolShare } from './node-status.ts';

/** One entry for each pool of each record, in the order of the endpoints. */
export function poolShares(endpoints: readonly EndpointStatus[]): PoolShare[] {
  const records = Map.groupBy(endpoints, ({ zone, name, type }) => `${zone}|${name}|${type}`);
  return [...records.values()].flatMap((record) => {
    const pools = [...Map.groupBy(record, ({ pool }) => pool).values()];
    const answers = sum(record, ({ answers: { recent } }) => recent);
    const configured = sum(pools, ([first]) => first?.poolShare ?? 0);
    return pools.map((members) => poolShare(members, answers, configured));
  });
}

function poolShare(members: readonly EndpointStatus[], ofRecord: number, configured: number): PoolShare {
  const { zone, name, type, pool, region, poolShare: share } = members[0]!;
  const answers = sum(members, ({ answers: { recent } }) => recent);
  const weight = sum(members, ({ drawWeight }) => drawWeight);
  const effective = sum(members, effectiveWeight);
  return {
    zone,
    name,
    type,
    pool,
    region,
    configuredShare: share === null || configured === 0 ? null : share / configured,
    answers,
    answeredShare: part(answers, ofRecord),
    endpoints: members.map(
      (member): EndpointShare => ({
        key: member.key,
        value: member.value,
        weight: member.drawWeight,
        configuredShare: member.drawWeight / weight,
        effectiveWeight: effectiveWeight(member),
        effectiveShare: part(effectiveWeight(member), effective),
        answers: member.answers.recent,
        answeredShare: part(member.answers.recent, answers),
      }),
    ),
  };
}

/** What it weighs in a draw at this moment; 0: it is not drawn while anything else is left. */
function effectiveWeight({ drawWeight, factor, status, barred }: EndpointStatus): number {
  return status === 'down' || (status === 'obey' && barred) ? 0 : drawWeight * factor;
}

/** Null of nothing. */
function part(count: number, whole: number): number | null {
  return whole === 0 ? null : count / whole;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
