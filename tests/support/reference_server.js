// ShareDB's own server with its database in memory, started like cowrite-server: what the tests
// mean by "as ShareDB does".

import { createServer } from "node:http";
import { Duplex } from "node:stream";
import Backend from "sharedb";
import { WebSocketServer } from "ws";
import { textType } from "./text_type.js";

Backend.types.register(textType);
Backend.logger.setMethods({ info() {}, warn() {}, error() {} });

const listen = process.argv[process.argv.indexOf("--listen") + 1];
const [host, port] = listen.split(":");
const backend = new Backend({ presence: true });
const http = createServer();
const sockets = new WebSocketServer({ server: http, path: "/ws" });

sockets.on("connection", (socket) => {
  const stream = new Duplex({
    objectMode: true,
    read() {},
    write(message, _, done) {
      socket.send(JSON.stringify(message));
      done();
    },
    final(done) {
      socket.close();
      done();
    },
  });
  socket.on("message", (text) => {
    try {
      stream.push(JSON.parse(text) ?? 0);
    } catch {
      socket.close(1007, "not JSON");
    }
  });
  socket.on("close", () => stream.destroy());
  socket.on("error", () => stream.destroy());
  backend.listen(stream);
});

http.listen(Number(port), host, () => {
  console.log(`reference listening on http://${host}:${http.address().port}`);
});
process.on("SIGTERM", () => process.exit(0));
