// A TCP connection on which a test writes what no proper client would.

import { once } from "node:events";
import { createConnection } from "node:net";
import { randomBytes } from "node:crypto";
import { within } from "./deadline.js";

export class Tcp {
  /** @param {object} [options] more of them, as for net.createConnection() */
  static async connect(server, options = {}) {
    const socket = createConnection({ port: server.port, host: "127.0.0.1", ...options });
    await within(once(socket, "connect"), "a TCP connection");
    return new Tcp(socket, server.port);
  }

  constructor(socket, port) {
    this.socket = socket;
    this.port = port;
    this.received = Buffer.alloc(0);
    socket.on("data", (bytes) => (this.received = Buffer.concat([this.received, bytes])));
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  /** Sends a request with these headers, null for none, and returns the head of the answer. */
  async request(path, headers = {}, method = "GET") {
    const all = { Host: `127.0.0.1:${this.port}`, ...headers };
    const lines = Object.entries(all).filter(([, value]) => value !== null);
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    this.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n`);
    await this.#until(() => this.received.includes("\r\n\r\n"));
    const end = this.received.indexOf("\r\n\r\n");
    const answer = this.received.subarray(0, end).toString("latin1");
    this.received = this.received.subarray(end + 4);
    return answer;
  }

  /**
   * The status with which a WebSocket handshake is answered; headers override or, with null, leave
   * out.
   */
  async upgrade(headers = {}, path = "/ws") {
    const answer = await this.request(path, {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      ...headers,
    });
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  }

  /** The bytes that come until the server closes. */
  async rest() {
    await within(this.closed, "the server closes the connection");
    return this.received;
  }

  #until(condition) {
    const held = new Promise((resolve, reject) => {
      const look = () => condition() && resolve();
      this.socket.on("data", look);
      this.closed.then(() => reject(new Error("closed without an answer")));
      look();
    });
    return within(held, "an answer");
  }

  drop() {
    this.socket.destroy();
  }
}

/** The head of a masked frame of this length, without its first byte. */
function lengthHead(length) {
  const head = Buffer.alloc(length < 126 ? 2 : length < 1 << 16 ? 4 : 10);
  if (head.length === 2) head[1] = 0x80 | length;
  else if (head.length === 4) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return head;
}

/**
 * One masked WebSocket frame, as a client sends it. `first` is its first byte: 0x81 is a whole
 * text.
 */
export function frame(first, payload) {
  const mask = randomBytes(4);
  const bytes = Buffer.from(payload);
  const head = lengthHead(bytes.length);
  head[0] = first;
  return Buffer.concat([head, mask, bytes.map((byte, index) => byte ^ mask[index % 4])]);
}
