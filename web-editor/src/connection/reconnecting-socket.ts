// One socket, as the sharedb client sees it, over as many WebSockets as it takes.
//
// When a WebSocket closes, fails, or is dropped because it no longer answers, the client is told
// once, goes on offline, and is told again when the next WebSocket is open. What the client has not
// had acknowledged it sends again itself.
import type { Socket } from "sharedb/lib/client";
import { retryDelayMs } from "./retry-delay";

export type SocketState = "connecting" | "open" | "waiting";

// A connection that lasted this long shows that the server is well: attempts count from zero again.
const steadyMs = 5_000;
const openWithinMs = 10_000;

export interface SocketOptions {
  open: () => WebSocket;
  // Sent first on every new WebSocket.
  greeting: () => string;
  onState: (state: SocketState) => void;
  random?: () => number;
}

export class ReconnectingSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((reason: unknown) => void) | null = null;
  onerror: ((reason: unknown) => void) | null = null;

  private state: SocketState = "waiting";
  private webSocket: WebSocket | null = null;
  private failedAttempts = 0;
  private openedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SocketOptions) {
    this.connect();
  }

  // 0 connecting, 1 open, 3 closed: WebSocket's numbers.
  get readyState(): number {
    return { connecting: 0, open: 1, waiting: 3 }[this.state];
  }

  // What comes while the connection is closing is lost; the client sends it again on the next.
  send(message: string): void {
    const webSocket = this.webSocket;
    if (this.state === "open" && webSocket?.readyState === WebSocket.OPEN) webSocket.send(message);
  }

  // The client closes a socket only to bind another, which does not happen here.
  close(): void {
    this.drop();
  }

  // Gives up the WebSocket without waiting for the other side, and connects anew after a while.
  drop(): void {
    if (this.state !== "waiting") this.lost();
  }

  // Ends the wait for the next attempt.
  retryNow(): void {
    if (this.state === "waiting") this.connect();
  }

  private connect(): void {
    clearTimeout(this.timer);
    const webSocket = this.options.open();
    this.webSocket = webSocket;
    webSocket.onopen = () => this.opened(webSocket);
    webSocket.onmessage = (event: MessageEvent<string>) => this.onmessage?.({ data: event.data });
    webSocket.onerror = (event) => this.onerror?.(event);
    webSocket.onclose = () => this.lost();
    this.timer = setTimeout(() => this.drop(), openWithinMs);
    this.enter("connecting");
  }

  private opened(webSocket: WebSocket): void {
    clearTimeout(this.timer);
    this.openedAt = Date.now();
    webSocket.send(this.options.greeting());
    this.enter("open");
    this.onopen?.();
  }

  private lost(): void {
    clearTimeout(this.timer);
    const webSocket = this.webSocket;
    this.webSocket = null;
    if (webSocket) {
      webSocket.onopen = webSocket.onmessage = webSocket.onerror = webSocket.onclose = null;
      webSocket.close();
    }
    const wasSteady = this.state === "open" && Date.now() - this.openedAt >= steadyMs;
    const delayMs = retryDelayMs(wasSteady ? 0 : this.failedAttempts, this.options.random);
    this.failedAttempts = wasSteady ? 1 : this.failedAttempts + 1;
    this.enter("waiting");
    this.timer = setTimeout(() => this.retryNow(), delayMs);
    this.onclose?.("lost");
  }

  private enter(state: SocketState): void {
    this.state = state;
    this.options.onState(state);
  }
}
