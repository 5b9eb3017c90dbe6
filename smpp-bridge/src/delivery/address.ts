/** An address with its type_of_number and numbering_plan_indicator (SMPP 3.4, 5.2.5 and 5.2.6). */
export interface SmppAddress {
  readonly ton: number;
  readonly npi: number;
  readonly addr: string;
}

const international = { ton: 1, npi: 1 };
const alphanumeric = { ton: 5, npi: 0 };
const shortCode = { ton: 3, npi: 1 };

/** Numbers of up to six digits are short codes of a network, longer ones E.164; what has a letter is a name. */
export const sourceAddress = (sender: string): SmppAddress => {
  if (!/^\d+$/.test(sender)) return { ...alphanumeric, addr: sender };
  return { ...(sender.length <= 6 ? shortCode : international), addr: sender };
};

export const destinationAddress = (recipient: string): SmppAddress => ({ ...international, addr: recipient });
