import { type CountryCode, getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

/** Calling codes, each with the countries that share it. */
const byCallingCode: ReadonlyMap<string, readonly CountryCode[]> = Map.groupBy(getCountries(), (country) =>
  String(getCountryCallingCode(country)),
);

const names = new Intl.DisplayNames('en', { type: 'region' });

const longestCallingCode = 3;

export interface NamedCountry {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  /** In English. */
  readonly name: string;
}

/**
 * The country whose numbers begin with the prefix; null for one that is shorter than a calling code, or whose calling
 * code several countries share.
 *
 * @param prefix digits of an E.164 number, without the plus sign.
 */
export const countryOfPrefix = (prefix: string): NamedCountry | null => {
  for (let length = 1; length <= Math.min(longestCallingCode, prefix.length); length += 1) {
    const countries = byCallingCode.get(prefix.slice(0, length));
    if (!countries) continue;
    const [code] = countries;
    return code && countries.length === 1 ? { code, name: names.of(code) ?? code } : null;
  }
  return null;
};
