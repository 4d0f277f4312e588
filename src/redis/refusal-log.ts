/**
 * Counts what was refused and says which refusals are worth a log line: a bad record that is read again every few seconds
 * is told once a minute, and never are more sources remembered than {@link REMEMBERED_MAX}, whatever an intruder writes.
 */

/** The same refusal is told again after this. */
const QUIET_MS = 60_000;
const REMEMBERED_MAX = 1_000;
/** Sources that differ only in the id of a stream entry are one. */
const ENTRY_ID = / \d+-\d+$/;

/** Owner of the memory of refusals. */
export class RefusalLog {
  #total = 0;
  readonly #toldMs = new Map<string, number>();

  /** Refusals since the start. */
  get total(): number {
    return this.#total;
  }

  /** Counts one refusal at `nowMs` (monotonic); true if it is to be told. */
  note(source: string, reason: string, nowMs: number): boolean {
    this.#total++;
    const name = `${source.replace(ENTRY_ID, '')}\n${reason}`;
    const told = this.#toldMs.get(name);
    if (told !== undefined && nowMs - told < QUIET_MS) return false;
    if (told === undefined && this.#toldMs.size >= REMEMBERED_MAX && !this.#forgetOld(nowMs)) return false;
    this.#toldMs.set(name, nowMs);
    return true;
  }

  #forgetOld(nowMs: number): boolean {
    for (const [name, told] of this.#toldMs) if (nowMs - told >= QUIET_MS) this.#toldMs.delete(name);
    return this.#toldMs.size < REMEMBERED_MAX;
  }
}
