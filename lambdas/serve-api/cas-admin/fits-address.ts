import { EmmError } from '#shared/domain/emm/emm-error.ts';
import { addressOf, type SectionFormat } from '#shared/domain/emm/section.ts';

/** Whether a number of a card or a group can be written into the addresses of its class. */
export const fitsAddress = (device: string, format: SectionFormat): boolean => {
  try {
    addressOf(device, format);
    return true;
  } catch (error) {
    if (error instanceof EmmError) return false;
    throw error;
  }
};
