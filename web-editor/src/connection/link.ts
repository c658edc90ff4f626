// The page's link to its server: a sharedb Connection that comes back by itself.
import { Connection, logger, types, type Message } from "sharedb/lib/client";
import { textType } from "../document/text-type";
import { ReconnectingSocket } from "./reconnecting-socket";
import { Watchdog } from "./watchdog";

types.register(textType);
// Everything that the client would log, the page shows or handles itself.
logger.setMethods({ info: () => undefined, warn: () => undefined });

export interface LinkEvents {
  onState: () => void;
  // Called with every message for the client, before it acts on it.
  onMessage: (message: Message) => void;
  // The server's histories are others than those that this page has seen. From here on the client
  // hears nothing and sends nothing.
  onOtherHistory: () => void;
}

export class Link {
  readonly connection: Connection;
  // When the connection was lost, or was first asked for; null while it is online.
  downSince: number | null = Date.now();
  private readonly socket: ReconnectingSocket;
  private history: string | null = null;
  private isEstranged = false;

  constructor(
    url: string,
    private name: string,
    private readonly events: LinkEvents,
  ) {
    const watchdog = new Watchdog({
      ping: () => {
        if (this.connection.canSend) this.connection.ping();
      },
      drop: () => this.socket.drop(),
    });
    this.socket = new ReconnectingSocket({
      open: () => new WebSocket(url),
      greeting: () => this.nameMessage(),
      onState: (state) => {
        if (state === "open") watchdog.begin();
        else watchdog.end();
      },
    });
    this.connection = new Connection(this.socket);
    this.connection.on("state", () => this.stateChanged());
    this.connection.on("connected", () => watchdog.heard());
    this.connection.on("pong", () => watchdog.heard());
    this.connection.on("receive", (request) => this.received(request));
    // A bug, or a server of another kind; the watchdog ends a connection that does not work.
    this.connection.on("error", (error) => console.error(error));
    window.addEventListener("online", () => this.wake(watchdog));
    window.addEventListener("offline", () => this.wake(watchdog));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.wake(watchdog);
    });
  }

  get online(): boolean {
    return this.connection.state === "connected";
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  // The name that the history shows for what is written from here on.
  rename(name: string): void {
    this.name = name;
    this.socket.send(this.nameMessage());
  }

  private nameMessage(): string {
    return JSON.stringify({ a: "x-name", name: this.name });
  }

  private wake(watchdog: Watchdog): void {
    if (this.online) watchdog.ask();
    else if (navigator.onLine) this.socket.retryNow();
  }

  private stateChanged(): void {
    if (this.online) this.downSince = null;
    else this.downSince ??= Date.now();
    this.events.onState();
  }

  private received(request: { data: Message | null }): void {
    const message = request.data;
    if (message === null) return;
    // Extensions of the protocol are none of the client's business.
    if (message.a.startsWith("x-") || this.hasOtherHistory(message)) request.data = null;
    else this.events.onMessage(message);
  }

  // What the client has, and what it would send, belongs to histories that are no more. Without the
  // answer to its handshake it goes no further.
  private hasOtherHistory(message: Message): boolean {
    const history = message["x-history"];
    if (history === undefined || this.isEstranged) return this.isEstranged;
    this.isEstranged = this.history !== null && this.history !== history;
    this.history = history;
    if (this.isEstranged) this.events.onOtherHistory();
    return this.isEstranged;
  }
}
