// Notices a connection that is dead without having closed: the sharedb client waits for answers
// for ever. Asks for a sign of life every 15 seconds, and drops what has not answered in 10.
const everyMs = 15_000;
const answerWithinMs = 10_000;

export interface Watched {
  ping: () => void; // Asks; the answer is a call of heard().
  drop: () => void;
}

export class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly watched: Watched) {}

  // A socket has opened. The handshake is its first sign of life.
  begin(): void {
    this.expectAnswer();
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), everyMs);
  }

  // Asks at once: the machine may have slept, or changed its network.
  ask(): void {
    this.expectAnswer();
    this.watched.ping();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private expectAnswer(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.watched.drop(), answerWithinMs);
  }
}
