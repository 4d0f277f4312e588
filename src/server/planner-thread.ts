/** Entry of the planner thread: what-ifs, maps and verdicts on shifts, which take longer than the control thread may be away. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { PlanAnswerer } from './plan-answer.ts';
import type { PlannerSetup, PlanQuestion, PlanState } from './plan-messages.ts';

/** Nice value of this thread: whoever plans can wait, who asks for an address cannot. */
const PLANNER_NICE = 10;

try {
  // On Linux this is the priority of the calling thread alone.
  if (process.platform === 'linux') setPriority(0, PLANNER_NICE);
} catch {
  // Not allowed here: queries wait a little longer while somebody plans.
}

const port = present(parentPort, 'the port to the control thread');
const answerer = new PlanAnswerer(workerData as PlannerSetup);

port.on('message', ({ question, state }: { readonly question: PlanQuestion; readonly state: PlanState }) =>
  port.postMessage(answerer.answer(question, state)),
);
