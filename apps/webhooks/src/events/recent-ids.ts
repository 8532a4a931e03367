/** The latest ids that went through here: what comes back over the bus a moment later need not go to the database to be known. */
export class RecentIds {
  readonly #ids = new Set<string>();

  constructor(private readonly max: number) {}

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= this.max) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
