/**
 * Continents, countries and provinces as octoDNS counts them. Which continent a country belongs to is octoDNS's decision (Cyprus and
 * Georgia are Asia, Russia is Europe), whatever a geo database says, since rules are written in its codes.
 *
 * Read by the dynamic rules of zone files, and by `geo` when it compiles locations. Compared with octoDNS's own data by a test.
 */

import type { GeoCode } from './zone-model.ts';

/** Country codes (ISO 3166-1 alpha-2) of each continent. */
const COUNTRIES: Readonly<Record<string, string>> = {
  AF: 'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW',
  AN: 'AQ BV HM TF',
  AS: 'AE AF AM AZ BD BH BN BT CC CN CX CY GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE',
  EU: 'AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA',
  NA: 'AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI',
  OC: 'AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS',
  SA: 'AR BO BR CL CO EC FK GF GS GY PE PY SR UY VE',
};

/** Codes below a country (ISO 3166-2 without the country). Only these two countries have any. */
const PROVINCES: Readonly<Record<string, string>> = {
  CA: 'AB BC MB NB NL NS NT NU ON PE QC SK YT',
  US: 'AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY',
};

const CONTINENT_OF_COUNTRY = new Map(
  Object.entries(COUNTRIES).flatMap(([continent, list]) =>
    list.split(' ').map((country) => [country, continent] as const),
  ),
);
const PROVINCES_OF_COUNTRY = new Map(
  Object.entries(PROVINCES).map(([country, list]) => [country, new Set(list.split(' '))]),
);

/** Why a text is no place, as octoDNS tells them apart. */
export type GeoFault = 'invalid-code' | 'unknown-continent' | 'unknown-country' | 'unknown-province';

/** The continent of the country `cc` (upper case), or null. */
export function continentOfCountry(cc: string): string | null {
  return CONTINENT_OF_COUNTRY.get(cc) ?? null;
}

/** The place that `text` names (`EU`, `AF-ZA`, `NA-US-CA`), or why it names none. */
export function parseGeoCode(text: string): GeoCode | GeoFault {
  const parts = text.split('-', 4);
  if (parts.length > 3) return 'invalid-code';
  const [continent, country = null, province = null] = parts as [string, string?, string?];
  if (!Object.hasOwn(COUNTRIES, continent)) return 'unknown-continent';
  if (country !== null && CONTINENT_OF_COUNTRY.get(country) !== continent) return 'unknown-country';
  if (province !== null && !PROVINCES_OF_COUNTRY.get(country!)?.has(province)) return 'unknown-province';
  return { continent, country, province };
}

/** True if rules can speak of parts of the country `cc`. */
export function hasProvinces(cc: string): boolean {
  return PROVINCES_OF_COUNTRY.has(cc);
}

/** True if `text` names a place that rules can speak of. */
export function isKnownGeo(text: string): boolean {
  return typeof parseGeoCode(text) !== 'string';
}

/** Every continent with its countries, and every country with provinces: for completion in editors and for tests. */
export function listGeoCodes(): string[] {
  const codes: string[] = [];
  for (const [country, continent] of CONTINENT_OF_COUNTRY) {
    codes.push(`${continent}-${country}`);
    for (const province of PROVINCES_OF_COUNTRY.get(country) ?? []) codes.push(`${continent}-${country}-${province}`);
  }
  return [...Object.keys(COUNTRIES), ...codes];
}
