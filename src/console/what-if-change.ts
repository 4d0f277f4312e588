/** A change that is thought through and not made: which regions are lost, which pools weigh otherwise; and the shifts that would make it. */

import type { ShiftWish, WhatIfAnswer, WhatIfChange } from './api-answers.ts';

/** Nothing is otherwise. */
export const NO_CHANGE: WhatIfChange = { down: [], weights: [], biases: [], name: null };

/** The same with `region` lost, or not lost any more. */
export function toggleRegion(change: WhatIfChange, region: string): WhatIfChange {
  const isDown = change.down.includes(region);
  return { ...change, down: isDown ? change.down.filter((each) => each !== region) : [...change.down, region] };
}

/** The same with `target` weighing `weight`; null: as the file says. */
export function setWeight(change: WhatIfChange, target: string, weight: number | null): WhatIfChange {
  const others = change.weights.filter((each) => each.target !== target);
  return { ...change, weights: weight === null ? others : [...others, { target, weight }] };
}

/** The same with `target` biased; null: as the file says. */
export function setBias(change: WhatIfChange, target: string, bias: number | null): WhatIfChange {
  const others = change.biases.filter((each) => each.target !== target);
  return { ...change, biases: bias === null ? others : [...others, { target, bias }] };
}

/** True if something is otherwise. */
export function isChanged({ down, weights, biases }: WhatIfChange): boolean {
  return down.length + weights.length + biases.length > 0;
}

/** What of a change can be made as shifts, and what only a zone file can say. */
export type ShiftPlan = {
  readonly shifts: readonly Pick<ShiftWish, 'scope' | 'target' | 'factor'>[];
  readonly unable: readonly string[];
};

/** A shift only takes weight away; `weightOf` gives what a pool weighs by its file, null where weights have no part in it. */
export function planShifts(change: WhatIfChange, weightOf: (pool: string) => number | null): ShiftPlan {
  const shifts: ShiftPlan['shifts'][number][] = change.down.map((target) => ({ scope: 'region', target, factor: 0 }));
  const unable: string[] = [];
  for (const { target, weight } of change.weights) {
    const now = weightOf(target);
    if (now !== null && weight < now) shifts.push({ scope: 'pool', target, factor: weight / now });
    else unable.push(`A shift cannot raise the weight of ${target}: set it to ${weight} in the zone file.`);
  }
  for (const { target, bias } of change.biases)
    unable.push(`A shift cannot bias ${target}: set bias ${bias} in the zone file.`);
  return { shifts, unable };
}

/** The regions that pools of `answer` stand for. */
export function regionsOf({ regions }: Pick<WhatIfAnswer, 'regions'>): string[] {
  return regions.flatMap(({ region }) => region ?? []);
}
