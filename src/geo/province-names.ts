/** English names of the provinces that octoDNS can steer by (US and Canada), for databases that carry no codes. */

const NAMES: Readonly<Record<string, string>> = {
  US: `AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
    DC District of Columbia, DC Washington D.C., FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
    KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
    MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
    NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, SC South Carolina,
    SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin,
    WY Wyoming, AS American Samoa, GU Guam, MP Northern Mariana Islands, PR Puerto Rico, UM U.S. Outlying Islands,
    VI U.S. Virgin Islands`,
  CA: `AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia,
    NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, QC Québec, SK Saskatchewan, YT Yukon,
    YT Yukon Territory`,
};

const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([country, names]) =>
    names.split(',').map((entry) => {
      const [, code = '', name = ''] = /^\s*(\S+)\s+(.*?)\s*$/s.exec(entry) ?? [];
      return [`${country} ${name.toLowerCase()}`, code] as const;
    }),
  ),
);

const PROVINCES: ReadonlySet<string> = new Set(
  [...CODES].map(([countryAndName, code]) => `${countryAndName.slice(0, 2)} ${code}`),
);

/** True for a province code that can be one: of the US and Canada those that exist, elsewhere any of ISO 3166-2's form. */
export function isProvinceCode(country: string, province: string): boolean {
  return Object.hasOwn(NAMES, country) ? PROVINCES.has(`${country} ${province}`) : /^[A-Z0-9]{1,3}$/.test(province);
}

/** The code (without country) of the province called `name` in `country`, or null. */
export function provinceOfName(country: string, name: string | null): string | null {
  return name === null ? null : (CODES.get(`${country} ${name.trim().toLowerCase()}`) ?? null);
}
