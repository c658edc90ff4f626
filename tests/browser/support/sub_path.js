// A proxy that serves the server's pages under a path of its own, as nginx does with
// "location /pad/ { proxy_pass http://server/; }" and the browser's Host.

import { once } from "node:events";
import { createServer, request } from "node:http";

export class SubPath {
  /** @param {{port: number}} server @param {string} root such as "/pad/" */
  static async open(server, root) {
    const proxy = new SubPath(server, root);
    proxy.listener.listen(0, "127.0.0.1");
    await once(proxy.listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.listener.address().port}${root}`;
    return proxy;
  }

  constructor(server, root) {
    this.server = server;
    this.root = root;
    this.listener = createServer((incoming, response) => {
      const outgoing = this.#pass(incoming, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      if (outgoing) incoming.pipe(outgoing);
      else response.writeHead(404).end();
    });
    this.listener.on("upgrade", (incoming, socket) => {
      const outgoing = this.#pass(incoming, () => socket.destroy());
      if (!outgoing) socket.destroy();
      outgoing?.on("upgrade", (answer, upstream) => {
        const headers = answer.rawHeaders.map((text, i) => text + (i % 2 === 0 ? ": " : "\r\n"));
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join("")}\r\n`);
        for (const end of [socket, upstream]) end.on("error", () => {});
        upstream.pipe(socket).pipe(upstream);
      });
      outgoing?.end();
    });
  }

  /** The request to the server; null if it is not below the root. */
  #pass({ method, url, headers }, onAnswer) {
    if (!url.startsWith(this.root)) return null;
    const path = `/${url.slice(this.root.length)}`;
    const { port } = this.server;
    return request({ host: "127.0.0.1", port, method, path, headers }, onAnswer);
  }

  close() {
    this.listener.closeAllConnections();
    this.listener.close();
  }
}
