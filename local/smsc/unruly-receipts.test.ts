import { afterEach, expect, test } from 'vitest';
import { type Smsc, startSmsc } from './start-smsc.ts';
import { bindEsme } from './test-esme.ts';

const running: Smsc[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((smsc) => smsc.stop()));
});
const start = async (): Promise<Smsc> => {
  const smsc = await startSmsc({ systemId: 'box', password: 'secret', receiptDelayMs: 5 });
  running.push(smsc);
  return smsc;
};

test('so many receipts are sent twice as it is told to, and no more', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  smsc.behave({ duplicateReceipts: 1 });
  await esme.submit('491700000009', 'one');
  const [first, second] = [await esme.delivered(1), await esme.delivered(2)];
  expect(String(second.short_message)).toBe(String(first.short_message));
  await esme.submit('491700000019', 'two');
  expect((await esme.delivered(3)).source_addr).toBe('491700000019');
  expect(smsc.behaviour().duplicateReceipts).toBe(0);
});

test('five receipts come last first when they are to be reordered', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  smsc.behave({ reorderReceipts: 5 });
  const numbers = Array.from({ length: 5 }, (_, i) => `4917000000${i}9`);
  for (const number of numbers) await esme.submit(number, 'x');
  const came = await Promise.all([1, 2, 3, 4, 5].map(async (nth) => (await esme.delivered(nth)).source_addr));
  expect(came).not.toEqual(numbers);
  expect(new Set(came)).toEqual(new Set(numbers));
});

test('a connection that is cut stays open and says nothing; another beside it lives', async () => {
  const smsc = await start();
  const cut = await bindEsme(smsc);
  smsc.behave({ halfOpen: true });
  const heard = cut.pdus.length;
  void cut.submit('491700000009', 'x');
  const other = await bindEsme(smsc);
  expect((await other.submit('491700000019', 'x')).command_status).toBe(0);
  expect((await other.delivered(1)).source_addr).toBe('491700000019');
  expect(cut.pdus).toHaveLength(heard);
  expect(smsc.sessions()).toHaveLength(2);
  expect(smsc.received()).toHaveLength(1);
});
