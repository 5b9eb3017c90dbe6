import type { Command } from './command.ts';
import { cardCommands } from './commands/cards.ts';
import { casCommands } from './commands/cas.ts';
import { casAdminCommands } from './commands/cas-admin.ts';
import { clientCommands } from './commands/clients.ts';
import { creditCommands } from './commands/credit.ts';
import { messageCommands } from './commands/messages.ts';
import { numberCommands } from './commands/numbers.ts';
import { providerCommands, routeCommands } from './commands/providers.ts';
import { pushCommands } from './commands/pushes.ts';
import { recipientCommands } from './commands/recipients.ts';

/** Every command there is, in the order in which help shows them. */
export const commands: readonly Command[] = [
  ...clientCommands,
  ...creditCommands,
  ...messageCommands,
  ...recipientCommands,
  ...numberCommands,
  ...providerCommands,
  ...routeCommands,
  ...casCommands,
  ...casAdminCommands,
  ...pushCommands,
  ...cardCommands,
];
