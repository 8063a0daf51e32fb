/**
 * A value, or an error with its message. AssemblyScript has no exceptions, so each function that
 * can fail returns a result.
 */
export class Result<T> {
  private constructor(private ok: T, private message: string | null) {}

  /** Returns a result with this value. */
  static ok<T>(value: T): Result<T> {
    return new Result<T>(value, null);
  }

  /** Returns a result with this error. */
  static err<T>(message: string): Result<T> {
    // The value of an error is never read.
    return new Result<T>(isReference<T>() ? changetype<T>(0) : (0 as T), message);
  }

  /** True if this is an error. */
  get isErr(): bool {
    return this.message !== null;
  }

  /** True if this is a value. */
  get isOk(): bool {
    return this.message === null;
  }

  /** The message of the error, or an empty text if this is a value. */
  get error(): string {
    const message = this.message;
    return message === null ? "" : message;
  }

  /** The value. If this is an error, the call fails with its message and the actor traps. */
  get value(): T {
    if (this.isErr) throw new Error(this.error);
    return this.ok;
  }

  /** Returns the error as a result of another type. Only call it if this is an error. */
  forward<U>(): Result<U> {
    return Result.err<U>(this.error);
  }
}
