/** The configuration file that `--config` or MERIDIAN_CONFIG names. */

import { readFileSync, statSync } from 'node:fs';
import { CONFIG_FILE_BYTES_MAX } from '../base/limits.ts';
import { faultyFileFailure, usageFailure } from './command-failure.ts';
import { parseConfig } from './config-text.ts';
import type { Settings } from './settings.ts';

/** The settings in `file`. Throws a usage failure with a line for each fault. */
export function readConfigFile(file: string): Settings {
  const { settings, faults } = parseConfig(readText(file), file);
  if (faults.length > 0) throw faultyFileFailure(faults);
  return settings;
}

function readText(file: string): string {
  try {
    if (statSync(file).size > CONFIG_FILE_BYTES_MAX) {
      throw usageFailure(
        `${file} is larger than ${CONFIG_FILE_BYTES_MAX} bytes (CONFIG_FILE_BYTES_MAX): is it the configuration file?`,
      );
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw usageFailure(`cannot read the configuration file ${file}: ${code === 'ENOENT' ? 'no such file' : code}`);
  }
}
