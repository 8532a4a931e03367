/**
 * Holds messages back until the event loop has turned, so that all of a turn go out in one write. The client flushes after each callback, and
 * a message that is flushed alone costs the broker ten times one sent in bulk.
 */
export class Outgoing {
  /** @param onFailure told of a message that cannot go out; the others of its turn go on. */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  #waiting: (() => void)[] = [];

  send(publish: () => void): void {
    if (this.#waiting.push(publish) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const ready = this.#waiting;
    this.#waiting = [];
    for (const publish of ready) {
      try {
        publish();
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}
