/** What the settings of a running node have become: the configuration file read again, under the same flags and environment. */

import type { SettingsNews } from '../server/live-settings.ts';
import { fileFault } from '../server/zone-files.ts';
import { CommandFailure } from './command-failure.ts';
import type { LastingSettings } from './resolve-settings.ts';
import { rateLimitOptions } from './serve-settings.ts';
import type { SettingKey } from './settings.ts';

/** Taken by a running node. */
const LIVE: readonly SettingKey[] = ['rate-limit', 'rate-limit-per-second', 'rate-limit-slip', 'rate-limit-exempt'];

/** Reads the settings again and says what has become of those of `started`. Never throws for a fault in the file. */
export function readSettingsNews(started: LastingSettings): SettingsNews {
  try {
    const { settings } = started.reread();
    const before: Record<string, unknown> = started.settings;
    const after: Record<string, unknown> = settings;
    const waiting = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => !LIVE.includes(key as SettingKey) && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    );
    return { rateLimit: rateLimitOptions(settings), waiting };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (error.faults.length > 0) return { faults: error.faults };
    return { faults: [fileFault('settings', 'config-unreadable', `${error.message}: what was in force still is`)] };
  }
}
