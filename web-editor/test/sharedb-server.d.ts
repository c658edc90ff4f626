// ShareDB's own server, as the tests use it.
declare module "sharedb" {
  import type { Connection } from "sharedb/lib/client";
  import type { Duplex } from "node:stream";
  export default class Backend {
    constructor(options?: { presence?: boolean });
    connect(): Connection;
    // Serves a stream of message objects.
    listen(stream: Duplex): void;
  }
}
