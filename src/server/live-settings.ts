/**
 * The settings that a reload takes from the configuration file without a restart: response rate limiting, which an operator under
 * attack wants now. What else has changed there is told and waits for the next start; a file with faults changes nothing.
 *
 * Owned by the server (control thread); the file is read by the `cli` floor, which knows its form.
 */

import type { Logger } from 'pino';
import { type Fault, formatFault } from '../base/fault.ts';
import type { RateLimitOptions } from './serve-options.ts';

/** What the configuration says now, or what is wrong with it. */
export type SettingsNews =
  | {
      readonly rateLimit: RateLimitOptions;
      /** Keys that differ from those that the node was started with, and need another start. */
      readonly waiting: readonly string[];
    }
  | { readonly faults: readonly Fault[] };

/** Owner of what is in force. */
export class LiveSettings {
  #rateLimit: RateLimitOptions;
  readonly #read: (() => SettingsNews) | null;
  readonly #log: Logger;
  #waiting = '';

  /** `read` reads the configuration again; null where there is none to read. */
  constructor(rateLimit: RateLimitOptions, read: (() => SettingsNews) | null, log: Logger) {
    this.#rateLimit = rateLimit;
    this.#read = read;
    this.#log = log;
  }

  /** Response rate limiting as it is in force. */
  get rateLimit(): RateLimitOptions {
    return this.#rateLimit;
  }

  /** Reads the configuration again; `renewed` if something is in force that was not. */
  look(): { readonly renewed: boolean; readonly faults: readonly Fault[] } {
    const news = this.#read?.() ?? { rateLimit: this.#rateLimit, waiting: [] };
    if ('faults' in news) {
      for (const fault of news.faults) this.#log.error({ event: 'settings-refused', ...fault }, formatFault(fault));
      return { renewed: false, faults: news.faults };
    }
    const waiting = news.waiting.join(', ');
    if (waiting !== this.#waiting && waiting !== '') {
      this.#log.warn(
        { event: 'settings-waiting', keys: news.waiting },
        `changed settings wait for a restart: ${waiting}`,
      );
    }
    this.#waiting = waiting;
    if (JSON.stringify(news.rateLimit) === JSON.stringify(this.#rateLimit)) return { renewed: false, faults: [] };
    this.#rateLimit = news.rateLimit;
    const { mode, perSecond, slip } = news.rateLimit;
    this.#log.info({ event: 'settings-renewed', mode, perSecond, slip }, `response rate limiting is ${mode}`);
    return { renewed: true, faults: [] };
  }
}
