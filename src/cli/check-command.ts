/** `meridian check`: every fault of zone files and geo data at once. */

import { workFailure } from './command-failure.ts';
import type { Settings } from './settings.ts';

export async function runCheck(_settings: Settings, _files: readonly string[]): Promise<number> {
  throw workFailure('check is not built yet');
}
