/** Little-endian reading that cannot run past the end. */
import type { DecodeError } from './frame.ts';

/** Thrown inside the decoders only; `decode` turns it into a value. */
export class FrameError extends Error {
  constructor(readonly reason: DecodeError) {
    super(reason);
  }
}

export class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array | DataView) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#view.byteLength) throw new FrameError('truncated');
    this.#at = start + length;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u24(): number {
    return this.u16() + this.u8() * 0x1_0000;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  skip(length: number): void {
    this.#take(length);
  }

  get isEmpty(): boolean {
    return this.#at === this.#view.byteLength;
  }

  finish(): void {
    if (!this.isEmpty) throw new FrameError('trailing');
  }
}

/** Bit `n` of a flags field, b0 lowest. */
export function bit(flags: number, n: number): boolean {
  return (flags & (1 << n)) !== 0;
}
