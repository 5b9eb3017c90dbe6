import { describe, expect, test } from 'vitest';
import type { Tried } from '#shared/adapters/claim-deliveries.ts';
import { statusTable } from '../pdu/command-status.ts';
import { type Choosable, chooseLink, mayRetry } from './choose-link.ts';

const link = (name: string, given: Partial<Choosable> = {}): Choosable => ({
  name,
  statusOf: statusTable(),
  isUp: true,
  isCircuitOpen: false,
  room: 10,
  canCarry: () => true,
  ...given,
});
const refusedBy = (provider: string, status: number, times = 1): Tried => ({
  provider,
  type: 'REFUSED',
  error: `command_status 0x${status.toString(16).padStart(8, '0')}`,
  times,
});
const chosen = (tried: readonly Tried[], ...candidates: Choosable[]) => {
  const choice = chooseLink({ tried }, candidates);
  return choice.outcome === 'chosen' ? choice.name : choice.outcome;
};

describe('a message goes to', () => {
  test('the first candidate that is up, closed and not busy', () => {
    expect(chosen([], link('a'), link('b'))).toBe('a');
    expect(chosen([], link('a', { isUp: false }), link('b'))).toBe('b');
    expect(chosen([], link('a', { isCircuitOpen: true }), link('b'))).toBe('b');
    expect(chosen([], link('a', { room: 0 }), link('b'))).toBe('b');
  });

  test('one whose circuit is open only when there is no other that is up', () => {
    const open = link('a', { isCircuitOpen: true });
    expect(chosen([], open, link('b', { isUp: false }))).toBe('a');
    expect(chooseLink({ tried: [] }, [open, link('b', { room: 0 })])).toMatchObject({ outcome: 'none', busy: 'b' });
  });

  test('none while all are down or busy, with the reason in words', () => {
    const choice = chooseLink({ tried: [] }, [link('a', { isUp: false }), link('b', { room: 0 })]);
    expect(choice).toEqual({ outcome: 'none', reason: 'a is down, b has enough for now', busy: 'b' });
    expect(chooseLink({ tried: [] }, [])).toMatchObject({ outcome: 'none', busy: null });
  });

  test('another after a refusal that nobody knows, and after two of 0x45 or three that might pass', () => {
    const both = [link('a'), link('b')];
    expect(chosen([refusedBy('a', 0x401)], ...both)).toBe('b');
    expect(chosen([refusedBy('a', 0x45)], ...both)).toBe('a');
    expect(chosen([refusedBy('a', 0x45, 2)], ...both)).toBe('b');
    expect(chosen([refusedBy('a', 0x08, 2)], ...both)).toBe('a');
    expect(chosen([refusedBy('a', 0x08, 3)], ...both)).toBe('b');
  });

  test('the one that refused it when no other is left', () => {
    expect(chosen([refusedBy('a', 0x08, 3)], link('a'), link('b', { isUp: false }))).toBe('a');
  });

  test('where its other parts are, even if that means to wait', () => {
    const sent: Tried = { provider: 'a', type: 'SUBMITTED', error: null, times: 1 };
    expect(chosen([sent, refusedBy('a', 0x401)], link('a'), link('b'))).toBe('a');
    expect(chosen([sent], link('a', { isUp: false }), link('b'))).toBe('none');
    expect(chosen([sent], link('b'))).toBe('b');
  });

  test('none that cannot write it', () => {
    expect(chosen([], link('a', { canCarry: () => false }), link('b'))).toBe('b');
    expect(chosen([], link('a', { canCarry: () => false }))).toBe('unfit');
  });
});

describe('a refused message is tried again', () => {
  const retried = (status: number, tried: readonly Tried[], ...names: string[]) =>
    mayRetry(
      { tried },
      link('a'),
      names.map((name) => link(name)),
      status,
    );

  test('never when the refusal is for good', () => {
    expect(retried(0x0b, [], 'a', 'b')).toBe(false);
  });

  test('once after a refusal of an unknown meaning, over all providers', () => {
    expect(retried(0x401, [], 'a', 'b')).toBe(true);
    expect(retried(0x401, [], 'a')).toBe(true);
    expect(retried(0x401, [refusedBy('b', 0x402)], 'a', 'b', 'c')).toBe(false);
  });

  test('twice with 0x45, and then where it was not refused yet', () => {
    expect(retried(0x45, [], 'a')).toBe(true);
    expect(retried(0x45, [refusedBy('a', 0x45)], 'a')).toBe(false);
    expect(retried(0x45, [refusedBy('a', 0x45)], 'a', 'b')).toBe(true);
    expect(retried(0x45, [refusedBy('a', 0x45), refusedBy('b', 0x45, 2)], 'a', 'b')).toBe(false);
  });

  test('as long as the message has attempts when it might pass', () => {
    expect(retried(0x08, [refusedBy('a', 0x08, 8)], 'a')).toBe(true);
  });
});
