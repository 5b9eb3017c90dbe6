import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { smpp } from './smpp-octets.ts';
import { type Smsc, startSmsc } from './start-smsc.ts';
import { bindEsme, connectEsme } from './test-esme.ts';

const running: Smsc[] = [];
const start = async (): Promise<Smsc> => {
  const smsc = await startSmsc({ systemId: 'box', password: 'secret' });
  running.push(smsc);
  return smsc;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((smsc) => smsc.stop()));
});

describe('bad octets', () => {
  const raw = async (smsc: Smsc): Promise<Socket> => {
    const socket = connect(smsc.port, smsc.host);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const header = (length: number, id: number, sequence: number): Buffer => {
    const octets = Buffer.alloc(16);
    for (const [index, value] of [length, id, 0, sequence].entries()) octets.writeUInt32BE(value, index * 4);
    return octets;
  };
  const read = async (socket: Socket, length: number): Promise<string> => {
    let octets = Buffer.alloc(0);
    while (octets.length < length) octets = Buffer.concat([octets, (await once(socket, 'data'))[0] as Buffer]);
    return octets.toString('hex');
  };

  test.each([0, 2, 4, 8, 15, 0x7fffffff])(
    'a command_length of %i is refused, and the connection ends',
    async (length) => {
      const smsc = await start();
      const socket = await raw(smsc);
      socket.write(header(length, 0x15, 7));
      expect(await read(socket, 16)).toBe('00000010800000000000000200000000');
      await once(socket, 'close');
      expect((await bindEsme(smsc)).session.socket.destroyed).toBe(false);
    },
  );
  test('a PDU with a bad TLV is refused by itself: what follows is answered', async () => {
    const smsc = await start();
    const socket = await raw(smsc);
    // enquire_link with message_state (one octet) at the very end and no octet for it, then a good enquire_link.
    const bad = Buffer.concat([header(20, 0x15, 8), Buffer.from('04270001', 'hex')]);
    socket.write(Buffer.concat([bad, header(16, 0x15, 9)]));
    expect(await read(socket, 32)).toBe(`${'00000010800000000000000200000008'}${'00000010800000150000000000000009'}`);
    socket.destroy();
  });
  test('an unknown command is refused by its number', async () => {
    const socket = await raw(await start());
    socket.write(header(16, 0x00000fff, 10));
    expect(await read(socket, 16)).toBe('0000001080000000000000030000000a');
    socket.destroy();
  });
  test('a PDU cut off by the end of the connection is not taken', async () => {
    const smsc = await start();
    const esme = await connectEsme(smsc);
    await esme.request('bind_transceiver', { system_id: 'box', password: 'secret' });
    const fields = { destination_addr: '491700000010', short_message: Buffer.from('hello') };
    esme.session.socket.end(new smpp.PDU('submit_sm', fields).toBuffer().subarray(0, -2));
    await esme.closed;
    expect(smsc.received()).toEqual([]);
  });
  test('random octets wedge nothing', async () => {
    const smsc = await start();
    for (let seed = 1; seed <= 20; seed += 1) {
      const socket = await raw(smsc);
      const noise = Buffer.from(Array.from({ length: 200 }, (_, index) => (seed * 31 + index * index * 17) & 0xff));
      socket.end(Buffer.concat([header(216, [0x04, 0x05, 0x09, 0x103, 0x21][seed % 5] ?? 0, seed), noise]));
      socket.resume();
      await once(socket, 'close');
    }
    expect((await (await bindEsme(smsc)).submit('491700000010', 'x')).command_status).toBe(0);
  });
});
