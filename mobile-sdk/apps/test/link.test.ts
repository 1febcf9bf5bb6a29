import { signal } from '@preact/signals';
import type { ConnectionState } from '@yoban/sdk';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { linkOf } from '../src/app/link.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a first connection that takes long is late, any other state stands for itself', () => {
  const connection = signal<ConnectionState>('stopped');
  const link = linkOf(connection);
  connection.value = 'connecting';
  vi.advanceTimersByTime(1_999);
  expect(link.value).toBe('connecting');
  vi.advanceTimersByTime(1);
  expect(link.value).toBe('late');
  for (const state of ['online', 'reconnecting', 'offline', 'replaced', 'signed-out'] as const) {
    connection.value = state;
    vi.advanceTimersByTime(60_000);
    expect(link.value).toBe(state);
  }
  // Again from the beginning.
  connection.value = 'connecting';
  expect(link.value).toBe('connecting');
  connection.value = 'online';
  vi.advanceTimersByTime(60_000);
  expect(link.value).toBe('online');
});
