/**
 * What has been told through a store of the states of checks, so that a snapshot that holds news not yet told as changes
 * (they fell into the same moment, or the store was lost) tells them at once: nodes read snapshots only now and then.
 * Kept by both stores, on the side of the agent that publishes.
 */

import type { AgentChanges, AgentReport, AgentSnapshot } from '../health/report.ts';
import { Voice, type VoiceCode, voiceOf } from '../health/voice.ts';

type Told = { readonly boot: string; readonly voices: Map<string, VoiceCode> };

/** Owner of the memory of what each agent of this store has told. */
export class ToldStates {
  readonly #agents = new Map<string, Told>();

  /** The reports of `snapshot` whose voice was not told. None before the agent's first snapshot: nodes fetch that one. */
  newsIn(snapshot: AgentSnapshot): AgentReport[] {
    const told = this.#agents.get(snapshot.agent);
    if (told?.boot !== snapshot.boot) return [];
    return snapshot.reports.filter((report) => (told.voices.get(report.id) ?? Voice.UNKNOWN) !== voiceOf(report));
  }

  /** The snapshot has reached the store. */
  noteSnapshot(snapshot: AgentSnapshot): void {
    const voices = new Map(snapshot.reports.map((report) => [report.id, voiceOf(report)]));
    this.#agents.set(snapshot.agent, { boot: snapshot.boot, voices });
  }

  /** The changes have reached the store. */
  noteChanges(changes: AgentChanges): void {
    const told = this.#agents.get(changes.agent);
    if (told?.boot !== changes.boot) return;
    for (const report of changes.reports) told.voices.set(report.id, voiceOf(report));
  }
}
