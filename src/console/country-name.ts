/** Names of countries in the reader's language, as the browser knows them. */

let names: Intl.DisplayNames | null | undefined;

/** The name of the country with this code; `''` stands for clients whose country is not known. */
export function countryName(code: string, fallback = code): string {
  if (code === '') return 'Not known where';
  names ??= typeof Intl.DisplayNames === 'function' ? new Intl.DisplayNames(['en'], { type: 'region' }) : null;
  try {
    return names?.of(code) ?? fallback;
  } catch {
    // The geo data holds codes that are none (`A1`, anonymous proxies).
    return fallback;
  }
}
