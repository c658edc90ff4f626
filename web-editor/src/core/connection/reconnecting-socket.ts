// The one socket that the sharedb client sees, made of as many connections as it takes.
//
// When a connection closes, fails, or is dropped because it no longer answers, the client is told
// that the socket has closed; when the next connection is open, the client is told that the socket
// is open. The client itself sends again what was not acknowledged.
import type { Socket } from "sharedb/lib/client";
import type { Clock, Connect, Transport } from "../host";
import { Timer } from "../timer";
import { retryDelayMs } from "./retry-delay";

export type SocketState = "connecting" | "open" | "waiting";

// A connection that lasted this long shows that the server is well: the delays start over.
const steadyMs = 5_000;
const openWithinMs = 10_000;

export interface SocketOptions {
  clock: Clock;
  connect: Connect;
  // The first message on every new connection.
  greeting: () => string;
  onState: (state: SocketState) => void;
  random?: () => number;
}

export class ReconnectingSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((reason: unknown) => void) | null = null;
  // Never called: a failure is reported as a close.
  onerror: ((reason: unknown) => void) | null = null;

  private state: SocketState = "waiting";
  private transport: Transport | null = null;
  private failedAttempts = 0;
  private openedAt = 0;
  // Ends the attempt to connect, or the wait for the next one.
  private readonly timer: Timer;

  constructor(private readonly options: SocketOptions) {
    this.timer = new Timer(options.clock);
    this.connect();
  }

  // The numbers that a WebSocket has for connecting, open and closed.
  get readyState(): number {
    return { connecting: 0, open: 1, waiting: 3 }[this.state];
  }

  // A message that is sent while the connection closes is lost; the client sends it again on the
  // next one.
  send(message: string): void {
    if (this.state === "open") this.transport?.send(message);
  }

  // The client calls this only before it binds another socket, which it never does here.
  close(): void {
    this.drop();
  }

  // Gives the connection up without waiting for the other side, and connects again after a delay.
  drop(): void {
    if (this.state !== "waiting") this.lost();
  }

  // Ends the wait for the next attempt.
  retryNow(): void {
    if (this.state === "waiting") this.connect();
  }

  private connect(): void {
    this.transport = this.options.connect({
      onOpen: () => this.opened(),
      onMessage: (message) => this.onmessage?.({ data: message }),
      onClose: () => this.lost(),
    });
    this.timer.set(openWithinMs, () => this.drop());
    this.enter("connecting");
  }

  private opened(): void {
    this.timer.cancel();
    this.openedAt = this.options.clock.now();
    this.transport?.send(this.options.greeting());
    this.enter("open");
    this.onopen?.();
  }

  private lost(): void {
    this.transport?.close();
    this.transport = null;
    const retryMs = this.delayAfterLoss();
    this.enter("waiting");
    this.timer.set(retryMs, () => this.retryNow());
    this.onclose?.("lost");
  }

  private delayAfterLoss(): number {
    const { clock, random } = this.options;
    const wasSteady = this.state === "open" && clock.now() - this.openedAt >= steadyMs;
    if (wasSteady) this.failedAttempts = 0;
    return retryDelayMs(this.failedAttempts++, random);
  }

  private enter(state: SocketState): void {
    this.state = state;
    this.options.onState(state);
  }
}
