// The page of tests/embed on an origin of its own.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { kRoot } from "../../support/server.js";

export class HostPage {
  /** Takes a port; the page is served once it may be. */
  static async listen() {
    const html = await readFile(path.join(kRoot, "tests/embed/index.html"));
    const listener = createServer((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(html);
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new HostPage(listener);
  }

  constructor(listener) {
    this.listener = listener;
    // Another site than 127.0.0.1, not only another port.
    this.origin = `http://localhost:${listener.address().port}`;
  }

  /** The path that embeds this address. */
  static showing(url) {
    return `/?document=${encodeURIComponent(url)}`;
  }

  close() {
    this.listener.closeAllConnections();
    this.listener.close();
  }
}
