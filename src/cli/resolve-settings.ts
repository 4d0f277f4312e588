/**
 * The four sources of a setting, merged: flags win over the environment, the environment over the configuration file, the file
 * over the defaults (which the commands fill in). Everything here has been checked against `settings.ts`.
 *
 * Built once per command by `program.ts`; read by the command.
 */

import { usageFailure } from './command-failure.ts';
import { readConfigFile } from './config-file.ts';
import { environmentName, SETTINGS, type SettingKey, type Settings } from './settings.ts';

export type SettingSource = 'flag' | 'environment' | 'file';

export type ResolvedSettings = {
  readonly settings: Settings;
  readonly sources: ReadonlyMap<SettingKey, SettingSource>;
};

/** Settings that can be had anew, for a command that runs while their file changes. */
export type LastingSettings = ResolvedSettings & {
  /** The same sources again, the file as it is then. Throws as {@link resolveSettings} does. */
  readonly reread: () => ResolvedSettings;
};

/** What is merged; `flags` by key, as commander read them. */
export type SettingSources = {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly configFile: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** The merged settings. Throws a usage failure that names every bad value of a source. */
export function resolveSettings(input: SettingSources): LastingSettings {
  const settings: Record<string, unknown> = {};
  const sources = new Map<SettingKey, SettingSource>();
  const take = (values: Readonly<Record<string, unknown>>, source: SettingSource) => {
    for (const [key, value] of Object.entries(values)) {
      settings[key] = value;
      sources.set(key as SettingKey, source);
    }
  };
  const configFile = input.configFile ?? nonEmpty(input.environment.MERIDIAN_CONFIG);
  if (configFile !== null) take(readConfigFile(configFile), 'file');
  take(checked(readEnvironment(input.environment), environmentName), 'environment');
  take(
    checked(input.flags, (key) => `--${key}`),
    'flag',
  );
  return { settings: settings as Settings, sources, reread: () => resolveSettings(input) };
}

/** Variables of known settings. An empty one counts as unset: compose files and units write them so. */
function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const key of Object.keys(SETTINGS)) {
    const value = nonEmpty(environment[environmentName(key)]);
    if (value !== null) values[key] = value;
  }
  return values;
}

function checked(values: Readonly<Record<string, unknown>>, label: (key: string) => string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const parsed = SETTINGS[key as SettingKey].schema.safeParse(value);
    if (parsed.success) result[key] = parsed.data;
    else for (const issue of parsed.error.issues) faults.push(`${label(key)} ${issue.message}`);
  }
  if (faults.length > 0) throw usageFailure(faults.join('\n'));
  return result;
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
