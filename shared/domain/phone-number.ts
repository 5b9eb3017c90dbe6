import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The country of an E.164 number (ISO 3166-1 alpha-2), by the numbering plans of Google's libphonenumber: null where
 * its numbers belong to none (satellites, international networks), undefined where no such number can exist. A number
 * that is possible and not known to be assigned counts to the main country of its calling code: plans change faster
 * than any table of them.
 *
 * @param msisdn E.164 without the plus sign.
 */
export const countryOf = (msisdn: string): string | null | undefined => {
  const number = parsePhoneNumberFromString(`+${msisdn}`);
  if (!number?.isPossible()) return undefined;
  return number.country ?? number.getPossibleCountries()[0] ?? null;
};

/** Whether `countryOf` can say it: ISO 3166-1 alpha-2 in capitals. */
export const isCountry = (code: string): boolean => isSupportedCountry(code);
