import { commandStatuses, commandStatusName } from '../pdu/command-status.ts';
import { decodePdu } from '../pdu/decode.ts';
import type { FrameError } from '../pdu/framer.ts';
import {
  type CommandName,
  commandIds,
  commandName,
  type DataSm,
  type DeliverSm,
  isResponse,
  type Pdu,
  type PduOf,
} from '../pdu/pdu.ts';
import { PduError } from '../pdu/pdu-error.ts';
import { answerDelivery } from './deliveries.ts';
import { beginDrain, checkDrained, failToOpen, finish, type SessionCore, tell } from './session-core.ts';
import type { SessionSettings, SessionState } from './session-types.ts';
import { refusedBy } from './submissions.ts';

const boundStates = {
  transceiver: 'BOUND_TRX',
  transmitter: 'BOUND_TX',
  receiver: 'BOUND_RX',
} as const satisfies Readonly<Record<SessionSettings['bindType'], SessionState>>;

interface Numbered {
  readonly sequenceNumber: number;
}

interface Named extends Numbered {
  readonly command: CommandName;
}

const nack = (core: SessionCore, { sequenceNumber }: Numbered, commandStatus: number): void => {
  core.connection.send({ command: 'generic_nack', commandStatus, sequenceNumber, body: {} });
};

const unexpected = (core: SessionCore, { command, sequenceNumber }: Named): void =>
  tell(core, { type: 'unexpected-response', commandId: commandIds[command], sequenceNumber });

type BindResponse = PduOf<'bind_transceiver_resp' | 'bind_transmitter_resp' | 'bind_receiver_resp'>;

const bound = (core: SessionCore, body: BindResponse['body']): void => {
  const { bindType } = core.settings;
  core.phase = 'bound';
  core.state = boundStates[bindType];
  core.lastMessageAt = core.clock.now();
  if (bindType !== 'receiver') core.submissions.start();
  tell(core, {
    type: 'bound',
    systemId: body?.system_id ?? '',
    scInterfaceVersion: body?.tlvs.sc_interface_version,
  });
  core.bound(core);
};

const onBindResponse = (core: SessionCore, pdu: BindResponse): void => {
  const ours = pdu.command === `bind_${core.settings.bindType}_resp` && pdu.sequenceNumber === core.bindSequenceNumber;
  if (core.phase !== 'binding' || !ours) unexpected(core, pdu);
  else if (pdu.commandStatus === commandStatuses.ESME_ROK) bound(core, pdu.body);
  else failToOpen(core, { outcome: 'refused', commandStatus: pdu.commandStatus }, 'gentle');
};

const onSubmitResponse = (core: SessionCore, pdu: PduOf<'submit_sm_resp'>): void => {
  const { commandStatus, sequenceNumber } = pdu;
  const response =
    commandStatus === commandStatuses.ESME_ROK
      ? ({ outcome: 'accepted', messageId: pdu.body?.message_id ?? '' } as const)
      : refusedBy(commandStatus);
  if (!core.submissions.answered(sequenceNumber, response)) unexpected(core, pdu);
  checkDrained(core);
};

const onDelivery = (core: SessionCore, pdu: DeliverSm | DataSm): void => {
  // SMPP 3.4, 2.3: only a receiver or a transceiver may be given messages, and only once it is bound.
  if (core.phase === 'binding' || core.settings.bindType === 'transmitter')
    answerDelivery(core.connection, pdu, commandStatuses.ESME_RINVBNDSTS);
  else {
    core.lastMessageAt = core.clock.now();
    core.deliveries.take(pdu);
  }
};

const onUnbind = (core: SessionCore, { sequenceNumber }: Numbered): void => {
  tell(core, { type: 'unbind-received' });
  core.connection.send({ command: 'unbind_resp', commandStatus: 0, sequenceNumber, body: {} });
  if (core.phase === 'binding') finish(core, { reason: 'unbound-by-peer' }, 'gentle');
  if (core.phase !== 'bound' && core.phase !== 'draining') return;
  core.state = 'UNBOUND';
  beginDrain(core, 'unbound-by-peer', core.settings.responseTimeoutMs);
};

const onUnbindResponse = (core: SessionCore, pdu: Named): void => {
  if (core.phase === 'unbinding') finish(core, { reason: core.closing }, 'gentle');
  else unexpected(core, pdu);
};

const onGenericNack = (core: SessionCore, pdu: PduOf<'generic_nack'>): void => {
  const { commandStatus, sequenceNumber } = pdu;
  if (core.phase === 'binding') failToOpen(core, refusedBy(commandStatus), 'gentle');
  else if (sequenceNumber === 0)
    finish(core, { reason: 'protocol-error', detail: `generic_nack ${commandStatusName(commandStatus)}` }, 'gentle');
  else if (core.submissions.answered(sequenceNumber, refusedBy(commandStatus))) checkDrained(core);
  else if (core.phase === 'unbinding') onUnbindResponse(core, pdu);
  else unexpected(core, pdu);
};

const onEnquireLink = (core: SessionCore, { sequenceNumber }: Numbered): void => {
  core.connection.send({ command: 'enquire_link_resp', commandStatus: 0, sequenceNumber, body: {} });
};

const onNotification = (core: SessionCore, { command }: PduOf<'outbind' | 'alert_notification'>): void =>
  tell(core, { type: 'notification', command });

const onOther = (core: SessionCore, pdu: Pdu): void => {
  const commandId = commandIds[pdu.command];
  if (isResponse(commandId)) {
    unexpected(core, pdu);
    return;
  }
  tell(core, { type: 'request-not-supported', commandId });
  nack(core, pdu, commandStatuses.ESME_RINVCMDID);
};

type Handlers = { readonly [Command in CommandName]?: (core: SessionCore, pdu: PduOf<Command>) => void };

const handlers: Handlers = {
  submit_sm_resp: onSubmitResponse,
  deliver_sm: onDelivery,
  data_sm: onDelivery,
  enquire_link: onEnquireLink,
  // That it came is all it says, and receiveFrame has heard it.
  enquire_link_resp: () => undefined,
  bind_transceiver_resp: onBindResponse,
  bind_transmitter_resp: onBindResponse,
  bind_receiver_resp: onBindResponse,
  unbind: onUnbind,
  unbind_resp: onUnbindResponse,
  generic_nack: onGenericNack,
  outbind: onNotification,
  alert_notification: onNotification,
};

const receive = (core: SessionCore, pdu: Pdu): void => {
  // The table pairs each command with a handler of it; TypeScript cannot follow that through the lookup.
  const handle = handlers[pdu.command] as ((core: SessionCore, pdu: Pdu) => void) | undefined;
  (handle ?? onOther)(core, pdu);
};

const unanswerable: ReadonlySet<CommandName> = new Set(['outbind', 'alert_notification']);

/** Responses are never answered; what one says by its header counts although its body says nothing. */
const onMalformed = (core: SessionCore, error: PduError, commandStatus: number): void => {
  const { commandId, sequenceNumber } = error;
  tell(core, { type: 'malformed-pdu', commandId, commandStatus: error.commandStatus, detail: error.message });
  const command = commandName(commandId);
  if (isResponse(commandId)) {
    if (command) receive(core, { command, commandStatus, sequenceNumber, body: null } as Pdu);
  } else if (command === undefined) nack(core, error, commandStatuses.ESME_RINVCMDID);
  else if (!unanswerable.has(command))
    core.connection.send({
      command: `${command}_resp` as 'deliver_sm_resp',
      commandStatus: error.commandStatus,
      sequenceNumber,
      body: null,
    });
};

/** Does what one PDU from the peer asks for. */
export const receiveFrame = (core: SessionCore, frame: Buffer): void => {
  if (core.phase === 'closed') return;
  core.enquireLinkSentAt = undefined;
  let pdu: Pdu;
  try {
    pdu = decodePdu(frame);
  } catch (error) {
    if (!(error instanceof PduError)) throw error;
    onMalformed(core, error, frame.readUInt32BE(8));
    return;
  }
  core.events.passed?.('received', pdu);
  receive(core, pdu);
};

/** The stream is no longer one of PDUs: the peer is told, and the connection is closed. SMPP 3.4, 4.3.1. */
export const receiveFrameError = (core: SessionCore, error: FrameError): void => {
  tell(core, { type: 'frame-error', detail: error.message });
  if (core.phase !== 'closed') nack(core, { sequenceNumber: 0 }, commandStatuses.ESME_RINVCMDLEN);
  finish(core, { reason: 'protocol-error', detail: error.message }, 'gentle');
};
