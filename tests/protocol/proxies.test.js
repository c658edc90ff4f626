// The configurations that README.md gives for nginx and Caddy.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commit, creation, textSnapshot } from "../support/documents.js";
import { RawClient } from "../support/raw_client.js";
import { isInstalled, kHost, kProxies, ReverseProxy } from "../support/reverse_proxy.js";
import { onlyCowrite, Server } from "../support/server.js";

describe("behind a proxy that ends TLS", onlyCowrite("has no pages"), () => {
  for (const program of kProxies) {
    for (const basePath of ["", "/pad"]) {
      const skip = !isInstalled(program) && `${program} is not installed`;
      const where = basePath ? `under ${basePath}/` : "at the root";

      it(`${program}: pages, the API and WebSockets work ${where}`, { skip }, async (t) => {
        const trusted = ["--trusted-proxies", "loopback", "--log-level", "debug"];
        const under = basePath ? ["--base-path", `${basePath}/`] : [];
        const args = ["--hosts", kHost, ...trusted, ...under];
        const server = await Server.start({ args });
        t.after(() => server.dispose());
        const proxy = await ReverseProxy.start(program, server, basePath);
        t.after(() => proxy.stop());

        const socket = { ...proxy.options, origin: proxy.origin };
        const raw = await RawClient.connect(proxy, { socket });
        await commit(raw, "notes", 0, 1, creation("through the proxy"));
        const { data } = await raw.request({ a: "f", c: "docs", d: "notes", v: null });
        assert.deepEqual(data, textSnapshot(1, "through the proxy"));
        assert.deepEqual(await proxy.get("/healthz"), { status: 200, body: "ok\n" });
        const text = await proxy.get("/api/documents/docs/notes/text");
        assert.deepEqual(text, { status: 200, body: "through the proxy" });
        const page = await proxy.get("/d/notes");
        assert.equal(page.status, 200);
        raw.drop();
        assert.match(server.output, /connection of a proxy.*client=127\.0\.0\.1/);
        assert.doesNotMatch(server.output, /does not answer/);
      });
    }
  }
});
