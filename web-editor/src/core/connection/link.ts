// The link to the server: a sharedb connection that comes back by itself, for as long as the server
// has the histories that this link has seen.
import { Connection, logger, type Message } from "sharedb/lib/client";
import type { Host } from "../host";
import { ReconnectingSocket } from "./reconnecting-socket";
import { Watchdog } from "./watchdog";

// What the client would log reaches the page as events.
logger.setMethods({ info: () => undefined, warn: () => undefined });

export interface LinkEvents {
  onState: () => void;
  // Called with every message to the client, before the client acts on it.
  onMessage: (message: Message) => void;
  // The server's histories were replaced by others. From here on the client hears nothing and sends
  // nothing.
  onHistoryReplaced: () => void;
}

export class Link {
  readonly connection: Connection;
  // When the connection was lost, or the first one was begun; null while it is online.
  downSince: number | null;
  private readonly socket: ReconnectingSocket;
  private readonly watchdog: Watchdog;
  // The name of the server's histories (server/PROTOCOL.md); null before the first handshake.
  private history: string | null = null;
  private historyReplaced = false;

  constructor(
    private readonly host: Host,
    private authorName: string,
    private readonly events: LinkEvents,
  ) {
    this.downSince = host.clock.now();
    this.watchdog = new Watchdog(host.clock, {
      ping: () => {
        if (this.connection.canSend) this.connection.ping();
      },
      drop: () => this.socket.drop(),
    });
    this.socket = new ReconnectingSocket({
      clock: host.clock,
      connect: host.connect,
      greeting: () => this.nameMessage(),
      onState: (state) => {
        if (state === "open") this.watchdog.begin();
        else this.watchdog.end();
      },
    });
    this.connection = new Connection(this.socket);
    this.connection.on("state", () => this.stateChanged());
    this.connection.on("connected", () => this.watchdog.heard());
    this.connection.on("pong", () => this.watchdog.heard());
    this.connection.on("receive", (request) => this.received(request));
    // A mistake of ours, or a server of another kind. The watchdog ends a connection that is dead.
    this.connection.on("error", (error) => host.report(error));
    host.network.onWake(() => this.wake());
  }

  get online(): boolean {
    return this.connection.state === "connected";
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  // Sets the author's name that the history shows for operations submitted from now on.
  rename(authorName: string): void {
    this.authorName = authorName;
    this.socket.send(this.nameMessage());
  }

  private nameMessage(): string {
    return JSON.stringify({ a: "x-name", name: this.authorName });
  }

  private wake(): void {
    if (this.online) this.watchdog.ask();
    else if (this.host.network.isUp) this.socket.retryNow();
  }

  private stateChanged(): void {
    if (this.online) this.downSince = null;
    else this.downSince ??= this.host.clock.now();
    this.events.onState();
  }

  private received(request: { data: Message | null }): void {
    const message = request.data;
    if (message === null) return;
    this.checkHistory(message);
    // The client does not know the protocol's extensions.
    const isExtension = message.a.startsWith("x-");
    if (isExtension || this.historyReplaced) request.data = null;
    else this.events.onMessage(message);
  }

  // Compares the histories that the server names in its answer to a handshake with those it had
  // before. If they were replaced, the client never gets that answer, so it sends nothing: all that
  // it has belongs to histories that no longer exist.
  private checkHistory(message: Message): void {
    const history = message["x-history"];
    if (history === undefined || this.historyReplaced) return;
    this.historyReplaced = this.history !== null && this.history !== history;
    this.history = history;
    if (this.historyReplaced) this.events.onHistoryReplaced();
  }
}
