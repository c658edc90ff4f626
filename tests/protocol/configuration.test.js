// Where the server's options come from, and what a reload changes.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kServerPath, onlyCowrite, Server } from "../support/server.js";
import { Tcp } from "../support/tcp.js";

const kWiki = "https://wiki.example.org";

describe("the configuration", onlyCowrite("has none"), () => {
  let folder;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), "cowrite-configuration-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (args, env = {}) =>
    new Promise((resolve) =>
      execFile(kServerPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, stdout, stderr }),
      ),
    );
  const upgrade = async (server, origin) =>
    (await Tcp.connect(server)).upgrade(origin ? { Origin: origin } : {});

  /** A server with a configuration file, and how to change that. */
  async function configured(t, text, options = {}) {
    const file = path.join(folder, `${t.name.replaceAll(" ", "-")}.toml`);
    await writeFile(file, text);
    const args = ["--config", file, ...(options.args ?? [])];
    const server = await Server.start({ ...options, args });
    t.after(() => server.dispose());
    const reload = async (changed, until) => {
      if (changed === null) await unlink(file);
      else await writeFile(file, changed);
      server.process.kill("SIGHUP");
      await server.written(until);
    };
    return { server, file, reload };
  }

  it("is checked without opening anything", async () => {
    const file = path.join(folder, "checked.toml");
    const data = path.join(folder, "never-made");
    await writeFile(file, `data = "${data}"\nloops = 3\n`);
    const env = { COWRITE_LOOPS: "2", COWRITE_TOKEN: "secret", COWRITE_LOPPS: "secret" };
    const right = await run(["--config", file, "--check-config"], env);
    assert.equal(right.code, 0);
    assert.match(right.stdout, /^loops +2 +COWRITE_LOOPS$/m);
    assert.match(right.stdout, /^data +\S+never-made +\S+checked\.toml:1: data$/m);
    assert.match(right.stdout, /^note: COWRITE_LOPPS is no option.*COWRITE_LOOPS\?$/m);
    assert.doesNotMatch(right.stdout + right.stderr, /secret/);
    assert.ok(!existsSync(data));
    await writeFile(file, "lopps = 3\nmemory = '1M'\n");
    const wrong = await run(["--config", file, "--check-config"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /checked\.toml:1: lopps: there is no such option.* loops\?\n/);
    assert.match(wrong.stderr, /checked\.toml:2: memory: "1M" is not a size of 32M or more/);
  });

  it("comes from the environment, too", async (t) => {
    const server = await Server.start({ env: { COWRITE_BASE_PATH: "/pad", COWRITE_LOPPS: "1" } });
    t.after(() => server.dispose());
    assert.match(server.url, /\/pad$/);
    await server.written("COWRITE_LOPPS is no option of the server; did you mean COWRITE_LOOPS?");
  });

  it("is reloaded by SIGHUP as far as a running server can change", async (t) => {
    const { server, reload } = await configured(t, `loops = 2\n`);
    assert.equal(await upgrade(server, kWiki), 403);
    await reload(`loops = 3\norigins = ["${kWiki}"]\n`, "origins has changed");
    assert.equal(await upgrade(server, kWiki), 101);
    await server.written("loops will change at the next start value=3");
    await reload(`loops = 2\n`, 'origins has changed value=""');
    assert.equal(await upgrade(server, kWiki), 403);
    assert.equal(server.errors.split("loops will change").length, 2, "it is what it was");
    await reload(`loops = 2\n`, "nothing has changed");
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });

  it("reloads hosts, frames and the level of the log", async (t) => {
    const { server, reload } = await configured(t, "");
    const ask = async (path, headers) => (await Tcp.connect(server)).request(path, headers);
    assert.match(await ask("/", { Host: "pad.example" }), / 403 /);
    await reload(
      `hosts = "pad.example"\nembed-origins = "${kWiki}"\nlog-level = "debug"\n`,
      "log-level has changed value=debug",
    );
    assert.match(await ask("/", { Host: "pad.example" }), / 200 /);
    assert.match(await ask("/embed/a"), new RegExp(`frame-ancestors 'self' ${kWiki}`));
    await server.written("debug request");
    assert.doesNotMatch(server.output, /next start/);
  });

  it("reloads the hosts of the address for metrics, too", async (t) => {
    const args = ["--metrics-listen", "127.0.0.1:0"];
    const { server, reload } = await configured(t, "", { args });
    const port = /serves metrics on http:\/\/[^/]+:(\d+)/.exec(server.output)[1];
    const scrape = async () =>
      (await Tcp.connect({ port })).request("/metrics", { Host: "cowrite:9180" });
    assert.match(await scrape(), / 403 /);
    await reload(`hosts = "cowrite"\n`, "hosts has changed value=cowrite");
    assert.match(await scrape(), / 200 /);
  });

  it("stays as it was if the file is broken or gone", async (t) => {
    const { server, reload } = await configured(t, `origins = ["${kWiki}"]\n`);
    const stays = "configuration not reloaded, all stays as it was: ";
    await reload(`origins = [\n`, stays);
    await reload(`loops = 2\norigins = "x"\nhost = "a"\n`, 'origins: "x"');
    await server.written("host: there is no such option; did you mean hosts?");
    await reload(null, "No such file or directory");
    assert.equal(await upgrade(server, kWiki), 101);
    assert.equal(server.errors.split(stays).length, 5);
    assert.doesNotMatch(server.output, /has changed|next start/);
  });

  it("is not changed by a file that flags override", async (t) => {
    const { server, reload } = await configured(t, "", { args: ["--origins", kWiki] });
    await reload(`origins = "https://other.example"\n`, "nothing has changed");
    assert.equal(await upgrade(server, kWiki), 101);
  });

  it("is reloaded while clients come and go", async (t) => {
    const { server, reload } = await configured(t, "");
    let over = false;
    const clients = Array.from({ length: 4 }, async () => {
      while (!over) assert.ok([101, 403].includes(await upgrade(server, kWiki)));
    });
    for (let i = 0; i < 20; ++i) {
      const origin = `https://${i}.example`;
      const changed = `origins has changed value=${kWiki},${origin}`;
      await reload(`origins = ["${kWiki}", "${origin}"]\n`, changed);
    }
    over = true;
    await Promise.all(clients);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });
});
