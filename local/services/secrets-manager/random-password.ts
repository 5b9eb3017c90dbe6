import { randomInt } from 'node:crypto';
import type * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import { randomText } from './secrets.ts';
import type { shapes } from './shapes.ts';

export type PasswordRules = z.output<typeof shapes.GetRandomPassword>;

/** The characters of each included type, as GetRandomPassword documents them. */
const typesOf = (rules: PasswordRules): string[] => {
  const all: readonly (readonly [boolean, string])[] = [
    [!rules.ExcludeLowercase, 'abcdefghijklmnopqrstuvwxyz'],
    [!rules.ExcludeUppercase, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [!rules.ExcludeNumbers, '0123456789'],
    [!rules.ExcludePunctuation, '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    [rules.IncludeSpace, ' '],
  ];
  return all
    .filter(([included]) => included)
    .map(([, characters]) =>
      Array.from(characters)
        .filter((one) => !rules.ExcludeCharacters.includes(one))
        .join(''),
    )
    .filter((characters) => characters !== '');
};

/** @throws AwsError InvalidParameterException when the rules leave no character, or more types than characters. */
export const randomPassword = (rules: PasswordRules): string => {
  const types = typesOf(rules);
  const required = rules.RequireEachIncludedType ? types : [];
  if (types.length === 0 || required.length > rules.PasswordLength) {
    throw new AwsError('InvalidParameterException', 'The password rules cannot be kept.');
  }
  const characters = [
    ...required.map((type) => randomText(1, type)),
    ...randomText(rules.PasswordLength - required.length, types.join('')).split(''),
  ];
  // Fisher-Yates, so that the required ones stand anywhere.
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
};
