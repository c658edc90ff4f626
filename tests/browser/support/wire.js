// The cable between a browser and the server: a TCP proxy that can be cut, go silent, and be mended.
// (Taking a browser offline leaves its open WebSockets alive.)

import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Wire {
  /** @param {{port: number}} server where connections lead, looked up anew for each */
  static async lay(server) {
    const wire = new Wire(server);
    wire.listener.listen(0, "127.0.0.1");
    await once(wire.listener, "listening");
    wire.url = `http://127.0.0.1:${wire.listener.address().port}`;
    return wire;
  }

  constructor(server) {
    this.isCut = false;
    /** @type {Set<import("node:net").Socket>} */
    this.sockets = new Set();
    this.listener = createServer((client) => {
      if (this.isCut) {
        client.destroy();
        return;
      }
      const upstream = connect(server.port, "127.0.0.1");
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ]) {
        this.sockets.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  /** Breaks what is connected, and lets nobody connect. */
  cut() {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.isCut = false;
  }

  /** Nothing passes any more on what is connected, and nobody is told. New connections work. */
  freeze() {
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  remove() {
    this.cut();
    this.listener.close();
  }
}
