import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import smpp from 'smpp';
import { createFramer } from '../../smpp-bridge/src/pdu/framer.ts';
import { commandIds, headerLength } from '../../smpp-bridge/src/pdu/pdu.ts';
import { messageId, submitAnswer, submitFrame } from './messages.ts';

/** An SMSC that does next to nothing, so that what is measured is the client. It says its port and stays until it is killed. */

const answerTo = (frame: Buffer): Buffer => {
  const id = frame.readUInt32BE(4);
  const isWhole = id !== commandIds.enquire_link && id !== commandIds.unbind;
  const answer = Buffer.from(isWhole ? submitAnswer : submitAnswer.subarray(0, headerLength));
  answer.writeUInt32BE(answer.length, 0);
  answer.writeUInt32BE((id | 0x80000000) >>> 0, 4);
  frame.copy(answer, 12, 12, 16);
  return answer;
};

interface Manners {
  readonly delayMs: number;
  readonly readsAfterBind: boolean;
}

/** Answers every PDU, all of one chunk in one write, after the same time each. */
const answering =
  ({ delayMs, readsAfterBind }: Manners) =>
  (socket: Socket): void => {
    const framer = createFramer();
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const answers: Buffer[] = [];
      framer.feed(chunk, (frame) => answers.push(answerTo(frame)));
      if (!readsAfterBind) socket.pause();
      if (delayMs > 0) setTimeout(() => socket.write(Buffer.concat(answers)), delayMs);
      else if (answers.length > 0) socket.write(Buffer.concat(answers));
    });
  };

/** No protocol at all: so many octets in, so many octets out. */
const echoing = (socket: Socket): void => {
  const answers = Buffer.concat(Array.from({ length: 1_000 }, () => submitAnswer));
  let left = 0;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    const octets = left + chunk.length;
    left = octets % submitFrame.length;
    const whole = Math.floor(octets / submitFrame.length);
    for (let sent = 0; sent < whole; sent += 1_000)
      socket.write(answers.subarray(0, Math.min(1_000, whole - sent) * submitAnswer.length));
  });
};

const packageServer = (): Server =>
  smpp.createServer((session) => {
    session.on('error', () => undefined);
    session.on('bind_transceiver', (pdu) => session.send(pdu.response()));
    session.on('submit_sm', (pdu) => session.send(pdu.response({ message_id: messageId })));
    session.on('unbind', (pdu) => session.send(pdu.response()));
  });

const usual: Manners = { delayMs: 0, readsAfterBind: true };

const servers: Readonly<Record<string, (argument: number) => Server>> = {
  raw: () => createServer(echoing),
  package: packageServer,
  quick: () => createServer(answering(usual)),
  slow: (delayMs) => createServer(answering({ ...usual, delayMs })),
  deaf: () => createServer(answering({ ...usual, readsAfterBind: false })),
};

const [kind = '', argument = '0'] = process.argv.slice(2);
const server = servers[kind]?.(Number(argument));
if (!server) throw new Error(`no such responder: ${kind}`);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
