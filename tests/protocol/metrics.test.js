// What /metrics shows, compared with what clients have done.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { atVersion, insertAt, settled } from "../support/client.js";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c, opMessage, write } from "../support/documents.js";
import { metricsUrl, read, scrape, sum, when } from "../support/metrics.js";
import { kReference, kRoot, Server } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { Tcp } from "../support/tcp.js";

const kLoops = 2;
const kMiB = 1 << 20;

/** Resolves when the metrics are served. */
async function untilAnswered(server) {
  const ask = () =>
    fetch(metricsUrl(server)).then(
      ({ ok }) => ok,
      () => false,
    );
  const answered = async () => {
    while (!(await ask())) continue;
  };
  await within(answered(), "the metrics are served");
}

/** What promtool says, which is nothing if it has nothing to say against its input. */
function promtool(args, input = "") {
  const said = new Promise((resolve) => {
    const child = execFile("promtool", args, (error, out, err) =>
      resolve(error ? `${error.message}${out}${err}` : err),
    );
    child.stdin.end(input);
  });
  return within(said, "promtool ends");
}

suite(
  "metrics",
  (suite) => {
    if (kReference) return;

    /** By how much each series has grown while this ran. */
    async function growth(run) {
      const earlier = await read(suite.server);
      await run();
      const later = await read(suite.server);
      return (series) => (later[series] ?? 0) - (earlier[series] ?? 0);
    }
    const operations = (outcome) => `cowrite_operations_total{outcome="${outcome}"}`;
    const refusals = (code) => `cowrite_refusals_total{code="${code}"}`;
    const ended = (reason) => `cowrite_connections_ended_total{reason="${reason}"}`;
    const appended = 'cowrite_log_appends_total{outcome="committed"}';

    it("operations of sharedb clients are counted exactly", async () => {
      const kOperations = 100;
      const [ann, bob] = await suite.clients(2);
      const id = freshId();
      const mine = await ann.create(id, "");
      const theirs = await bob.subscribe(id);
      const grew = await growth(async () => {
        for (let i = 0; i < kOperations; ++i) {
          await Promise.all([insertAt(mine, 0, "a"), insertAt(theirs, 0, "b")]);
        }
        await Promise.all([settled(mine), settled(theirs)]);
        await Promise.all([mine, theirs].map((doc) => atVersion(doc, 2 * kOperations + 1)));
      });
      assert.equal(mine.version, 2 * kOperations + 1);
      assert.equal(grew(operations("committed")), 2 * kOperations);
      assert.equal(grew(operations("repeated")), 0);
      assert.equal(grew(operations("refused")), 0);
      assert.equal(grew("cowrite_ack_seconds_count"), 2 * kOperations);
      assert.equal(grew("cowrite_rebase_depth_records_count"), 2 * kOperations);
      assert.equal(grew("cowrite_log_batch_records_sum"), 2 * kOperations);
      assert.equal(grew('cowrite_log_batch_records_bucket{le="+Inf"}'), grew(appended));
      assert.equal(grew("cowrite_log_commit_seconds_count"), grew(appended));
      assert.equal(
        grew("cowrite_log_sync_seconds_count"),
        grew(appended),
        "one document, no other",
      );
      assert.equal(grew("cowrite_received_messages_total"), 2 * kOperations);
      // The ack to one, the operation to the other.
      assert.equal(grew("cowrite_sent_messages_total"), 4 * kOperations);
      assert.ok(grew("cowrite_ack_seconds_sum") >= grew("cowrite_log_sync_seconds_sum"));
      const logged = grew('cowrite_store_written_bytes_total{file="log"}');
      assert.ok(logged > grew("cowrite_log_record_bytes_total"));
      assert.ok(grew("cowrite_log_record_bytes_total") > 2 * kOperations);
    });

    it("connections, subscriptions, documents and channels are those that are there", async () => {
      const gauges = [
        "cowrite_connections",
        "cowrite_subscriptions",
        "cowrite_presence_channels",
        "cowrite_presences",
      ];
      const at = (values) => gauges.map((name) => values[name]);
      // Those of other tests' clients are on their way out.
      const empty = await when(suite.server, "all clients are gone", (values) =>
        at(values).every((value) => value === 0),
      );
      const [one, two] = [await suite.raw(), await suite.raw()];
      const [d, e] = [freshId(), freshId()];
      for (const raw of [one, two]) await raw.request({ a: "s", c, d, v: null });
      await one.request({ a: "s", c, d: e, v: null });
      await one.request({ a: "ps", ch: "room", seq: 1 });
      const announce = (id, p, pv) => one.request({ a: "p", ch: "room", id, p, pv });
      await announce("first", 1, 1);
      await announce("second", 1, 1);
      const full = await read(suite.server);
      assert.deepEqual(at(full), [2, 3, 1, 2]);
      const opened = "cowrite_documents_opened_total";
      assert.equal(full[opened] - empty[opened], 2);
      await announce("second", null, 2);
      assert.equal((await read(suite.server)).cowrite_presences, 1);
      await two.request({ a: "u", c, d });
      assert.equal((await read(suite.server)).cowrite_subscriptions, 2);
      const grew = await growth(async () => {
        one.drop();
        await two.close();
        await when(suite.server, "nothing is left", (values) =>
          at(values).every((value) => value === 0),
        );
      });
      assert.equal(grew("cowrite_connections"), -2);
      assert.equal(grew("cowrite_connections_opened_total"), 0);
      assert.equal(grew(ended("invalid")) + grew(ended("unresponsive")), 0, "their clients left");
    });

    it("the rebase depth is how many records an operation had not seen", async () => {
      const raw = await suite.raw();
      const d = freshId();
      await write(raw, d, "text", [["a"], ["b"], ["c"]]); // Version 4.
      const late = await suite.raw();
      const grew = await growth(async () => {
        assert.equal((await late.submit(opMessage(d, 1, 1, { op: ["x"] }))).v, 4);
      });
      const bucket = (le) => grew(`cowrite_rebase_depth_records_bucket{le="${le}"}`);
      assert.deepEqual([bucket("2"), bucket("5"), bucket("+Inf")], [0, 1, 1]);
      assert.equal(grew("cowrite_rebase_depth_records_sum"), 3);
    });

    it("what was repeated or refused is counted by why", async () => {
      const raw = await suite.raw();
      const d = freshId();
      await write(raw, d, "text", [["a"]]);
      const grew = await growth(async () => {
        await raw.submit(opMessage(d, 1, 2, { op: ["a"] }));
        await raw.expectError(opMessage(d, 2, 3, { op: [99, "x"] }), "ERR_OT_OP_NOT_APPLIED");
        await raw.expectError(
          opMessage(d, 99, 3, { op: ["x"] }),
          "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT",
        );
        await raw.expectError({ a: "op", c, d, v: -1, seq: 4 }, "ERR_MESSAGE_BADLY_FORMED");
        const broken = await suite.raw();
        broken.sendText("no JSON");
        assert.equal((await within(broken.closed, "it is closed")).code, 1007);
        const { url } = suite.server;
        assert.equal((await fetch(`${url}/api/documents/docs/nobodys`)).status, 404);
        assert.equal((await fetch(`${url}/nothing`)).status, 404);
        for (const request of ["request", "upgrade"]) {
          const tcp = await Tcp.connect(suite.server);
          if (request === "upgrade") await tcp.upgrade({ Host: "evil.example" });
          else await tcp.request("/", { Host: "evil.example" });
          tcp.drop();
        }
      });
      assert.equal(grew(operations("repeated")), 1);
      assert.equal(grew(operations("refused")), 2);
      assert.equal(grew(operations("committed")), 0);
      for (const code of [
        "ERR_OT_OP_NOT_APPLIED",
        "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT",
        "ERR_MESSAGE_BADLY_FORMED",
        "ERR_DOCUMENT_UNKNOWN",
      ]) {
        assert.equal(grew(refusals(code)), 1, code);
      }
      assert.equal(grew(refusals("ERR_HOST_FOREIGN")), 2);
      assert.equal(grew(refusals("other")), 0);
      assert.equal(grew("cowrite_client_ahead_requests_total"), 1);
      assert.equal(grew(ended("invalid")), 1);
      assert.equal(grew('cowrite_http_responses_total{status="4xx"}'), 4);
    });

    it("documents that have no room leave, and are counted", async () => {
      const kDocuments = 60;
      const raw = await suite.raw();
      const text = "x".repeat(kMiB);
      const earlier = await read(suite.server);
      for (let i = 0; i < kDocuments; ++i) await commit(raw, freshId(), 0, i + 1, creation(text));
      const evicted = 'cowrite_documents_evicted_total{reason="memory"}';
      const values = await when(
        suite.server,
        "documents fit their memory",
        (now) => now.cowrite_document_memory_bytes <= now.cowrite_document_memory_max_bytes,
      );
      assert.equal(values.cowrite_document_memory_max_bytes, 8 * kMiB);
      assert.ok(values[evicted] - (earlier[evicted] ?? 0) > kDocuments - 16);
      assert.equal(
        values.cowrite_documents,
        values.cowrite_documents_opened_total - sum(values, "cowrite_documents_evicted_total"),
      );
    });

    it("the disk and the store are measured", async () => {
      const values = await read(suite.server);
      assert.ok(values.cowrite_disk_free_bytes > kMiB);
      assert.equal(values.cowrite_disk_reserve_bytes, 64 * kMiB);
      assert.equal(values.cowrite_log_waits_for_disk, 0);
      assert.equal(values.cowrite_log_failed, 0);
      assert.ok(values.cowrite_store_log_bytes > 0);
      assert.ok(values.cowrite_store_memtable_bytes > 0);
      assert.ok(values.process_resident_memory_bytes > 8 * kMiB);
      assert.ok(Math.abs(Date.now() / 1e3 - values.process_start_time_seconds) < 600);
      for (let loop = 0; loop < kLoops; ++loop) {
        const turns = `cowrite_loop_turn_cpu_seconds_bucket{loop="${loop}",le="+Inf"}`;
        assert.ok(values[turns] > 0, turns);
        assert.ok(values[`cowrite_loop_turn_longest_cpu_seconds{loop="${loop}"}`] < 15);
      }
    });

    it("no series is named after what clients name", async () => {
      const raw = await suite.raw();
      const series = Object.keys(await read(suite.server));
      for (let i = 0; i < 20; ++i) {
        await commit(raw, `secret-${freshId()}`, 0, i + 1, creation(""), "secret-collection");
        await raw.request({ a: "ps", ch: `secret-channel-${i}`, seq: i + 1 });
      }
      assert.deepEqual(Object.keys(await read(suite.server)), series);
      assert.doesNotMatch(await scrape(suite.server), /secret|127\.0\.0\.1/);
    });

    /** The families of a scrape. */
    const families = async () =>
      [...(await scrape(suite.server)).matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(
        ([, name, help, kind]) => ({ name, kind, help }),
      );

    it("promtool has nothing against them", async () => {
      assert.equal(await promtool(["check", "metrics"], await scrape(suite.server)), "");
    });

    it("the README names them all, and no others", async () => {
      const readme = await readFile(path.join(kRoot, "server/metrics/README.md"), "utf8");
      const rows = [...readme.matchAll(/^\| `(\w+)` \| (\w+) \| [^|]* \| (.*) \|$/gm)];
      const documented = rows.map(([, name, kind, help]) => ({ name, kind, help }));
      const byName = (a, b) => (a.name < b.name ? -1 : 1);
      assert.deepEqual(documented.sort(byName), (await families()).sort(byName));
    });

    it("the dashboard asks for metrics that there are, in sound expressions", async (t) => {
      const file = path.join(kRoot, "tools/grafana/dashboard.json");
      const dashboard = JSON.parse(await readFile(file, "utf8"));
      const charts = dashboard.panels.filter(({ type }) => type !== "row");
      const expressions = [
        ...charts.flatMap(({ targets }) => targets),
        ...dashboard.annotations.list,
      ].map(({ expr }) => expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"));
      const known = new Set(
        (await families()).flatMap(({ name, kind }) =>
          kind === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : name,
        ),
      );
      for (const expression of expressions) {
        const names = expression.match(/\b(cowrite|process)_\w+/g);
        assert.ok(names, expression);
        for (const name of names) assert.ok(known.has(name), `${name} in ${expression}`);
      }
      const folder = await mkdtemp(path.join(tmpdir(), "cowrite-rules-"));
      t.after(() => rm(folder, { recursive: true }));
      const rules = expressions.map((expr, i) => ({ record: `expression_${i}`, expr }));
      const rulesFile = path.join(folder, "rules.yml"); // JSON is YAML.
      await writeFile(rulesFile, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      assert.equal(await promtool(["check", "rules", rulesFile]), "");
    });

    it("on the main address they are the operator's", async () => {
      const { url, data } = suite.server;
      const token = (await readFile(path.join(data, "operator-token"), "utf8")).trim();
      const ask = async (headers, method = "GET") => {
        const response = await fetch(`${url}/metrics`, { method, headers });
        return { status: response.status, text: await response.text(), head: response.headers };
      };
      const nobody = await ask({});
      assert.equal(nobody.status, 401);
      assert.equal(nobody.head.get("www-authenticate"), "Bearer");
      assert.match(nobody.text, /needs the operator's token/);
      const wrong = await ask({ Authorization: `Bearer ${"0".repeat(64)}` });
      assert.equal(wrong.status, 403);
      assert.match(wrong.text, /not that of this server's operator/);
      const page = await ask({ Authorization: `Bearer ${token}`, Origin: url });
      assert.equal(page.status, 403);
      const operator = await ask({ Authorization: `Bearer ${token}` });
      assert.equal(operator.status, 200);
      assert.match(operator.text, /^cowrite_connections \d+$/m);
      for (const method of ["POST", "PUT"]) {
        assert.equal((await ask({ Authorization: `Bearer ${token}` }, method)).status, 405);
      }
    });

    it("their own address serves nothing else, and no foreign page", async () => {
      const url = new URL(metricsUrl(suite.server));
      for (const other of ["/", "/healthz", "/api/documents", "/d/x", "/metrics/"]) {
        assert.equal((await fetch(new URL(other, url))).status, 404, other);
      }
      assert.equal((await fetch(url, { method: "POST" })).status, 405);
      const ask = async (headers) => {
        const tcp = await Tcp.connect({ port: url.port });
        const [, status] = / (\d+)/.exec(await tcp.request("/metrics", headers));
        tcp.drop();
        return Number(status);
      };
      assert.equal(await ask({ Host: "evil.example" }), 403);
      assert.equal(await ask({ Origin: "https://evil.example" }), 403);
      const tcp = await Tcp.connect({ port: url.port });
      assert.equal(await tcp.upgrade(), 404);
      tcp.drop();
    });

    it("documents in memory have metrics on an address of their own only", async (t) => {
      const server = await Server.start({
        data: ":memory:",
        args: ["--metrics-listen", "127.0.0.1:0", "--base-path", "/pad"],
      });
      t.after(() => server.dispose());
      assert.equal((await fetch(`${server.url}/metrics`)).status, 403);
      const values = await read(server);
      assert.equal(values.cowrite_operations_total, undefined);
      assert.equal(values[operations("committed")], 0);
      assert.equal(values.cowrite_disk_free_bytes, undefined);
    });

    it("an address that is none, or taken, is a mistake in the command", async () => {
      const refused = (address, sentence) =>
        assert.rejects(Server.start({ args: ["--metrics-listen", address] }), ({ message }) =>
          message.includes(sentence),
        );
      await refused("9100", '--metrics-listen: "9100" is not HOST:PORT');
      await refused(`127.0.0.1:${suite.server.port}`, "Cannot listen on 127.0.0.1 port");
    });

    it("too many connections to an address of its own are turned away, and told", async (t) => {
      const server = await Server.start({ args: ["--metrics-listen", "127.0.0.1:0"] });
      t.after(() => server.dispose());
      const port = Number(new URL(metricsUrl(server)).port);
      const idle = await Promise.all(Array.from({ length: 100 }, () => Tcp.connect({ port })));
      await server.written("a client was turned away");
      for (const { socket } of idle) socket.destroy();
      await untilAnswered(server);
    });

    it("a server that shows them ends in order", async (t) => {
      const server = await Server.start({ args: ["--metrics-listen", "127.0.0.1:0"] });
      t.after(() => server.dispose());
      await read(server);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });
  },
  {
    args: [
      ...["--metrics-listen", "127.0.0.1:0"],
      ...["--loops", String(kLoops), "--memory", "32M"],
    ],
  },
);
