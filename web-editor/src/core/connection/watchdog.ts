// Notices a connection that died without closing: the sharedb client would wait for its answers for
// ever. The watchdog asks for a sign of life every 15 seconds, and drops a connection that does not
// answer within 10.
import type { Clock } from "../host";
import { Timer } from "../timer";

const everyMs = 15_000;
const answerWithinMs = 10_000;

export interface WatchedConnection {
  // Asks the server for an answer, which is then reported by heard().
  ping: () => void;
  drop: () => void;
}

export class Watchdog {
  private readonly timer: Timer;

  constructor(
    clock: Clock,
    private readonly connection: WatchedConnection,
  ) {
    this.timer = new Timer(clock);
  }

  // The connection is open. The answer to the handshake is its first sign of life.
  begin(): void {
    this.expectAnswer();
  }

  // The server has answered.
  heard(): void {
    this.timer.set(everyMs, () => this.ask());
  }

  // Asks at once.
  ask(): void {
    this.expectAnswer();
    this.connection.ping();
  }

  // The connection is closed.
  end(): void {
    this.timer.cancel();
  }

  private expectAnswer(): void {
    this.timer.set(answerWithinMs, () => this.connection.drop());
  }
}
