// A WebSocket proxy that stands between clients and the server and can break a connection at a
// chosen message.

import WebSocket, { WebSocketServer } from "ws";
import { once } from "node:events";

/**
 * One connection through the proxy.
 *
 * A rule looks at each message: rule('up' | 'down', message, link) passes it on by returning true
 * and swallows it otherwise. It may cut the link, hold the text and forward it later.
 */
class ProxiedConnection {
  constructor(client, url) {
    this.client = client;
    this.server = new WebSocket(url);
    this.waiting = [];
    this.server.on("open", () => this.waiting.splice(0).forEach((text) => this.server.send(text)));
    for (const side of [this.client, this.server]) side.on("error", () => side.terminate());
  }

  forward(direction, text) {
    if (direction === "down") this.client.send(text);
    else if (this.server.readyState === WebSocket.CONNECTING) this.waiting.push(text);
    else this.server.send(text);
  }

  /**
   * Breaks both sides. What the client had sent behind the message in hand is lost, as on a wire.
   */
  cut() {
    this.broken = true;
    this.client.terminate();
    this.server.terminate();
  }

  /** Breaks the client's side only; to the server the connection looks alive. */
  cutClient() {
    this.broken = true;
    this.halfOpen = true;
    this.client.terminate();
  }
}

export class Proxy {
  /** @param {{webSocketUrl: string}} server where connections lead, looked up anew for each */
  static async start(server) {
    const proxy = new Proxy(server);
    await once(proxy.listener, "listening");
    proxy.webSocketUrl = `ws://127.0.0.1:${proxy.listener.address().port}/ws`;
    return proxy;
  }

  constructor(server) {
    this.target = server;
    this.rule = () => true;
    /** @type {Set<ProxiedConnection>} */
    this.links = new Set();
    this.listener = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    this.listener.on("connection", (client) => this.#connect(client));
  }

  #connect(client) {
    const link = new ProxiedConnection(client, this.target.webSocketUrl);
    this.links.add(link);
    const pass = (direction) => (bytes) => {
      if (link.broken) return;
      const text = String(bytes);
      if (this.rule(direction, JSON.parse(text), link, text)) link.forward(direction, text);
    };
    client.on("message", pass("up"));
    link.server.on("message", pass("down"));
    client.on("close", () => link.halfOpen || link.cut());
    link.server.on("close", () => {
      this.links.delete(link);
      client.terminate();
    });
  }

  stop() {
    for (const link of this.links) link.cut();
    this.listener.close();
  }
}
