import { connect, type NatsConnection } from '@nats-io/transport-node';

/** Something that crossed the bus. */
export interface Crossing {
  /** Of an answer: the subject of what it answers. */
  readonly subject: string;
  readonly isAnswer: boolean;
  /** Headers included. */
  readonly text: string;
}

/** Hears everything that crosses NATS: events, requests and answers. */
export class BusTap {
  readonly crossings: Crossing[] = [];
  readonly #asked = new Map<string, string>();

  private constructor(private readonly connection: NatsConnection) {
    connection.subscribe('>', {
      callback: (_error, message) => {
        const asked = this.#asked.get(message.subject);
        if (message.reply !== undefined && message.reply !== '') this.#asked.set(message.reply, message.subject);
        const headers = message.headers === undefined ? '' : JSON.stringify([...message.headers]);
        this.crossings.push({ subject: asked ?? message.subject, isAnswer: asked !== undefined, text: `${headers}${message.string()}` });
      },
    });
  }

  /** Listens from now on. */
  static async open(natsUrl: string): Promise<BusTap> {
    const tap = new BusTap(await connect({ servers: natsUrl }));
    await tap.connection.flush();
    return tap;
  }

  /** Everything that was sent so far has been heard. */
  flush(): Promise<void> {
    return this.connection.flush();
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
