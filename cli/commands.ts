import type { Command } from './command.ts';
import { clientCommands } from './commands/clients.ts';
import { creditCommands } from './commands/credit.ts';
import { messageCommands } from './commands/messages.ts';
import { recipientCommands } from './commands/recipients.ts';

/** Every command there is, in the order in which help shows them. */
export const commands: readonly Command[] = [
  ...clientCommands,
  ...creditCommands,
  ...messageCommands,
  ...recipientCommands,
];
