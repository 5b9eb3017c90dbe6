import { type SectionFormat, type SectionFormats, usualFormats } from './section.ts';

/** A CA system's formats, with what it does not say as it usually is. */
export const wholeFormats = (
  said: Readonly<Partial<Record<keyof SectionFormats, Partial<SectionFormat>>>>,
): SectionFormats => ({
  unique: { ...usualFormats.unique, ...said.unique },
  shared: { ...usualFormats.shared, ...said.shared },
  global: { ...usualFormats.global, ...said.global },
});
