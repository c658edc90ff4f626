// The operator's status page, before real servers with real clients. That the policy lets all of it
// run, the suite verifies: a page that complains fails its test.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { it } from "node:test";
import { devices } from "playwright-core";
import { insertAt } from "../support/client.js";
import { kDeadlineMs } from "../support/deadline.js";
import { Server } from "../support/server.js";
import { suite } from "./support/suite.js";
import { lightness } from "./support/tab.js";

const kPhone = { ...devices["Pixel 5"], viewport: { width: 360, height: 740 } };
const kWell = "The server is well.";

/** The operator's token of a server. */
async function tokenOf({ data }) {
  return (await readFile(path.join(data, "operator-token"), "utf8")).trim();
}

/** What the page shows under this name. */
const figure = (tab, name) => tab.page.locator(`[data-figure="${name}"]`).first();

/** Resolves when the figure matches, to its text. */
async function shown(tab, name, pattern) {
  await figure(tab, name).filter({ hasText: pattern }).waitFor();
  return figure(tab, name).textContent();
}

const says = (tab, sentence) => tab.page.locator("#health", { hasText: sentence }).waitFor();
const chart = (tab, name) => tab.page.locator(`#chart-${name} canvas`);
const pixels = (tab, name) => chart(tab, name).evaluate((canvas) => canvas.toDataURL());

/** Resolves when the chart no longer looks like this. */
const moves = (tab, name, before) =>
  tab.page.waitForFunction(
    ([selector, old]) => document.querySelector(selector).toDataURL() !== old,
    [`#chart-${name} canvas`, before],
  );

const storedTokens = (tab) => tab.page.evaluate(() => Object.values(sessionStorage));

const fits = (tab) =>
  tab.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

/** What a page that lost its server has in its console. */
const forgiveNetwork = (tab) => {
  tab.complaints = tab.complaints.filter((text) => !text.includes("net::ERR_"));
};

/** What the console says of a wrong token, and nothing else. */
function expectRefusal(tab) {
  const complaints = tab.complaints.splice(0);
  assert.ok(complaints.length > 0);
  for (const text of complaints) assert.match(text, /status of 40[13]/);
}

suite("the status page", (suite) => {
  /** The page with the token in its address, when it shows what the server says. */
  async function status(server = suite.server, options = {}) {
    const { root = "/", sentence = kWell, ...more } = options;
    const address = `${root}status#token=${await tokenOf(server)}`;
    const tab = await suite.visit(address, { origin: new URL(server.url).origin, ...more });
    await says(tab, sentence);
    return tab;
  }

  /** A server of the test's own. */
  async function serve(t, options) {
    const server = await Server.start(options);
    t.after(() => server.dispose());
    return server;
  }

  /** So many clients type into one document of their own, until the function that is returned. */
  async function typing(t, count) {
    const clients = await Promise.all(Array.from({ length: count }, () => suite.client()));
    const id = suite.freshName();
    const first = await clients[0].create(id, "");
    const others = clients.slice(1).map((client) => client.subscribe(id));
    let going = true;
    t.after(() => (going = false));
    const type = async (doc) => {
      while (going) await insertAt(doc, 0, "a");
    };
    const typed = Promise.all([first, ...(await Promise.all(others))].map(type));
    typed.catch(() => {}); // Whoever stops them hears of it.
    return () => {
      going = false;
      return typed;
    };
  }

  it("shows figures that move while clients type, and nothing jumps", async (t) => {
    const tab = await status();
    const places = () =>
      tab.page
        .locator("h2, h3, .plot, #summary, #busy dd")
        .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().top + scrollY));
    await shown(tab, "operations", /^0\/s$/);
    assert.match(await figure(tab, "version").textContent(), /^\d+\.\d+\.\d+/);
    assert.match(await figure(tab, "uptime").textContent(), /^\d+\s(s|min)/);
    assert.equal(await figure(tab, "connections").textContent(), "0");
    const [before, operations, acks] = [
      await places(),
      await pixels(tab, "operations"),
      await pixels(tab, "acks"),
    ];

    const stop = await typing(t, 2);
    await shown(tab, "connections", /^2$/);
    await shown(tab, "subscriptions", /^2$/);
    await shown(tab, "documents", /^[1-9]/);
    await shown(tab, "operations", /^(?!0\/s)[\d,.]+\/s$/);
    await shown(tab, "ack-p99", /^≥?\s?[\d.]+\s(µs|ms|s)$/);
    await shown(tab, "syncs", /^(?!0\/s)[\d,.]+\/s$/);
    await shown(tab, "record-bytes", /^(?!0\s)[\d,.]+\s(B|KiB|MiB)\/s$/);
    await shown(tab, "amplification", /^[\d.]+\s×$/);
    await shown(tab, "disk-free", /^[\d,.]+\s[KMGTP]iB$/);
    assert.equal(await figure(tab, "disk-reserve").textContent(), "64.0\u00a0MiB");
    assert.notEqual(await tab.page.locator("#loops tbody tr").count(), 0);
    await moves(tab, "operations", operations);
    await moves(tab, "acks", acks);
    // The values beside a chart say what its lines show last.
    const legend = tab.page.locator("#chart-acks .legend li");
    assert.deepEqual(await legend.locator(".label").allTextContents(), ["p50", "p99"]);
    await legend
      .last()
      .filter({ hasText: /[\d.]+\s(µs|ms|s)$/ })
      .waitFor();
    assert.deepEqual(await places(), before);
    await stop();
  });

  it("lets the sentence alone while nothing else is to be said", async () => {
    const tab = await status();
    const regions = tab.page.locator('[role="status"], [aria-live]');
    assert.deepEqual(await regions.evaluateAll((nodes) => nodes.map(({ id }) => id)), ["health"]);
    const changes = await tab.page.evaluate(async () => {
      const uptime = document.querySelector('[data-figure="uptime"]');
      let changes = 0;
      const all = { childList: true, characterData: true, subtree: true };
      new MutationObserver((list) => (changes += list.length)).observe(
        document.getElementById("health"),
        all,
      );
      for (let i = 0; i < 3; i++)
        await new Promise((resolve) => {
          const observer = new MutationObserver(() => resolve(observer.disconnect()));
          observer.observe(uptime, all);
        });
      return changes;
    });
    assert.equal(changes, 0);
  });

  it("shows what was refused, what happened most first", async (t) => {
    const server = await serve(t);
    const tab = await status(server);
    await tab.page.getByText("Nothing was refused since the server was started.").waitFor();
    const refuse = async (times, path, options) => {
      for (let i = 0; i < times; i++) await fetch(server.url + path, options);
    };
    await refuse(2, "/api/operator/jobs/1", { method: "POST" });
    await refuse(3, "/api/documents/docs/absent/text");
    const rows = tab.page.locator("#refusals tbody tr");
    const cells = async () => {
      const texts = await rows.evaluateAll((rows) =>
        rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
      );
      return JSON.stringify(texts);
    };
    const expected = JSON.stringify([
      ["ERR_DOCUMENT_UNKNOWN", "3", "3"],
      ["ERR_OPERATOR_TOKEN_MISSING", "2", "2"],
    ]);
    const deadline = Date.now() + kDeadlineMs;
    while ((await cells()) !== expected) {
      assert.ok(Date.now() < deadline, `the table is ${await cells()}`);
      await tab.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await shown(tab, "refused", /^5$/);
    await shown(tab, "refused-total", /^5$/);
    assert.equal(await tab.page.locator("#no-refusals").isVisible(), false);
    assert.equal(await tab.page.locator("#no-ended").isVisible(), true);
  });

  it("asks for the token, says when it is wrong, and forgets it when told", async () => {
    const tab = await suite.visit("/status");
    const field = tab.page.getByLabel("The operator’s token");
    const problem = tab.page.locator("#token-problem");
    await tab.page.getByText("cat DATA/operator-token").waitFor();
    const enter = async (token) => {
      await field.fill(token);
      await tab.page.keyboard.press("Enter");
    };
    await enter(" ");
    assert.equal(await problem.textContent(), "Paste the token first.");
    await enter("no töken");
    assert.match(await problem.textContent(), /^A token is one word/);
    await enter("0".repeat(64));
    await problem.filter({ hasText: "The token is not that of this server's operator." }).waitFor();
    assert.equal(await tab.page.evaluate(() => document.activeElement.id), "token");
    assert.equal(await field.inputValue(), "");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await tab.page.locator("#figures").isVisible(), false);
    assert.deepEqual(await storedTokens(tab), []);
    expectRefusal(tab);

    const token = await tokenOf(suite.server);
    await enter(`${token}\n`);
    await says(tab, kWell);
    assert.equal(await problem.isVisible(), false);
    assert.deepEqual(await storedTokens(tab), [token]);
    assert.equal(await tab.page.title(), "Well — cowrite");
    await tab.page.reload();
    await says(tab, kWell);
    await tab.page.getByRole("button", { name: "Forget the token" }).click();
    await field.waitFor();
    assert.equal(await tab.page.locator("#figures").isVisible(), false);
    assert.deepEqual(await storedTokens(tab), []);
    await tab.page.reload();
    await field.waitFor();
    assert.equal(await tab.page.locator("#health").textContent(), "");
    const everywhere = await tab.page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.equal(everywhere.includes(token), false);
  });

  it("takes the token out of the address, and no address or log has it", async (t) => {
    const server = await serve(t, { args: ["--log-level", "debug"] });
    const token = await tokenOf(server);
    const tab = await suite.visit("/status", { origin: server.url });
    const requests = [];
    tab.page.on("request", (request) => requests.push(request));
    // The address of an open tab, as when it is pasted there.
    await tab.page.evaluate((token) => (location.hash = `token=${token}`), token);
    await says(tab, kWell);
    assert.equal(tab.page.url(), `${server.url}/status`);
    assert.equal(await tab.page.evaluate(() => history.length), 3); // With the blank page.
    await tab.page.goBack();
    assert.equal(tab.page.url(), `${server.url}/status`);
    await says(tab, kWell);

    const other = await status(server);
    assert.equal(other.page.url(), `${server.url}/status`);
    await shown(other, "operations", /^0\/s$/);
    assert.ok(requests.length > 0);
    for (const request of requests) {
      assert.equal(request.url().includes(token), false, request.url());
      const headers = await request.allHeaders();
      const named = Object.keys(headers).filter((name) => headers[name].includes(token));
      const asked = request.url() === `${server.url}/metrics`;
      assert.deepEqual(named, asked ? ["authorization"] : []);
    }
    await server.stop();
    forgiveNetwork(tab);
    forgiveNetwork(other);
    assert.match(server.output, /path=\/?"?\/?metrics/);
    assert.equal(server.output.includes(token), false);
  });

  it("says since when the server is gone, keeps the charts, and comes back", async (t) => {
    const server = await serve(t);
    const tab = await status(server);
    await shown(tab, "operations", /^0\/s$/);
    await server.kill();
    await says(tab, /^The server has not answered since \d\d:\d\d:\d\d\.$/);
    assert.equal(await tab.page.title(), "Unreachable — cowrite");
    await tab.page.getByText("What you see is from then.").waitFor();
    assert.equal(await chart(tab, "bytes").isVisible(), true);
    assert.equal(await figure(tab, "operations").textContent(), "0/s");
    const sentence = await tab.page.locator("#health").textContent();
    await tab.page.waitForEvent("requestfailed");
    assert.equal(await tab.page.locator("#health").textContent(), sentence);

    const next = await server.restart();
    t.after(() => next.dispose());
    await says(tab, kWell);
    // Its counters begin anew; the rates are those since, and never below zero.
    await shown(tab, "responses", /^(?!0\/s)[\d.]+\/s$/);
    assert.equal((await tab.page.locator("#busy").innerText()).includes("−0"), false);
    const rates = await tab.page.locator("#busy .value, #busy dd").allTextContents();
    assert.deepEqual(
      rates.filter((text) => text.startsWith("−")),
      [],
    );
    forgiveNetwork(tab);
  });

  it("asks every two seconds, less often in vain or unseen, and at once when seen", async (t) => {
    const server = await serve(t);
    const tab = await suite.visit("/status", { origin: server.url, clock: true });
    await tab.page.evaluate(() => {
      const ask = window.fetch;
      window.asked = [];
      window.fetch = (...request) => {
        window.asked.push(Date.now());
        const answer = ask(...request);
        // The page has acted on an answer when it has set the timer of its next request.
        window.handled = new Promise((resolve) => {
          const watch = () => {
            const setTimer = window.setTimeout;
            window.setTimeout = (...timer) => {
              window.setTimeout = setTimer;
              resolve();
              return setTimer(...timer);
            };
          };
          answer.then(watch, watch);
        });
        return answer;
      };
    });
    await tab.page.clock.pauseAt(Date.now() + 3_600_000);
    /** The pauses between the next so many requests, in ms of the page's clock. */
    const pauses = async (count) => {
      const enough = (await tab.page.evaluate(() => window.asked.length)) + count;
      while ((await tab.page.evaluate(() => window.asked.length)) < enough) {
        await tab.page.clock.runFor(250);
        await tab.page.evaluate(() => window.handled);
      }
      const times = await tab.page.evaluate(() => window.asked);
      return times.slice(-count).map((time, i) => time - times.slice(-count - 1)[i]);
    };
    const look = (hidden) =>
      tab.page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);

    await tab.page.getByLabel("The operator’s token").fill(await tokenOf(server));
    await tab.page.keyboard.press("Enter");
    await says(tab, kWell);
    assert.deepEqual(await pauses(3), [2000, 2000, 2000]);
    await look(true);
    await pauses(1);
    assert.deepEqual(await pauses(2), [30_000, 30_000]);
    const before = await tab.page.evaluate(() => window.asked.length);
    await look(false);
    assert.equal(await tab.page.evaluate(() => window.asked.length), before + 1);
    await tab.page.evaluate(() => window.handled);
    assert.deepEqual(await pauses(2), [2000, 2000]);

    await server.kill();
    await pauses(1);
    assert.deepEqual(await pauses(5), [3000, 4500, 6750, 10_000, 10_000]);
    const next = await server.restart();
    t.after(() => next.dispose());
    await pauses(1);
    assert.deepEqual(await pauses(2), [2000, 2000]);
    forgiveNetwork(tab);
  });

  it("a server that is stuck counts as one that does not answer", async (t) => {
    const server = await serve(t);
    const tab = await suite.visit("/status", { origin: server.url, clock: true });
    server.process.kill("SIGSTOP");
    t.after(() => server.process.kill("SIGCONT"));
    const asked = tab.page.waitForRequest("**/metrics");
    await tab.page.getByLabel("The operator’s token").fill("0".repeat(64));
    await tab.page.keyboard.press("Enter");
    await asked;
    await says(tab, "Asking the server.");
    await tab.page.clock.fastForward(10_000);
    await says(tab, "The server has not answered since");
    assert.equal(await tab.page.locator("#figures").isVisible(), false);
    forgiveNetwork(tab);
  });

  it("says that edits wait while the disk is low", async (t) => {
    const first = await serve(t);
    await first.stop();
    const server = await first.restart({ args: ["--disk-reserve", "1000000G"] });
    t.after(() => server.dispose());
    const tab = await status(server, { sentence: "edits wait, reading goes on." });
    assert.equal(await tab.page.title(), "Disk low — cowrite");
    await shown(tab, "disk-full", /^now$/);
    assert.equal(await tab.page.locator("html").getAttribute("data-health"), "bad");
  });

  it("works under a path, also under one that looks like a document's", async (t) => {
    for (const base of ["/pad", "/d"]) {
      const server = await serve(t, { args: ["--base-path", base] });
      const tab = await status(server, { root: `${base}/` });
      await shown(tab, "responses", /\/s$/);
      assert.equal(new URL(tab.page.url()).pathname, `${base}/status`);
    }
  });

  it("fits on a phone, with all that it can show", async (t) => {
    const server = await serve(t);
    for (let i = 0; i < 3; i++) await fetch(`${server.url}/api/documents?no_such_parameter=1`);
    await fetch(`${server.url}/api/operator/jobs/1`, { method: "POST" });
    const asking = await suite.visit("/status", { origin: server.url, context: kPhone });
    await asking.page.getByLabel("The operator’s token").waitFor();
    assert.ok(await fits(asking));
    const tab = await status(server, { context: kPhone });
    await tab.page.locator("#refusals td").first().waitFor();
    assert.ok(await fits(tab));
    const widths = await tab.page
      .locator("#figures .plot, #figures dl, #figures table:visible")
      .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().right));
    assert.ok(widths.length > 12);
    assert.ok(Math.max(...widths) <= 360, `${widths}`);
    assert.ok((await chart(tab, "acks").boundingBox()).width > 250);
    await server.kill();
    await says(tab, "The server has not answered since");
    assert.ok(await fits(tab));
    forgiveNetwork(tab);
  });

  it("is dark where the system is, with its charts, and follows the choice", async () => {
    const tab = await status(suite.server, { context: { colorScheme: "light" } });
    const background = () => lightness(tab.page.locator("html"));
    /** Whether the lines behind a chart have the colour that the style sheet gives them now. */
    const isDrawn = () =>
      tab.page.waitForFunction(() => {
        const canvas = document.querySelector("#chart-bytes canvas");
        const { color } = getComputedStyle(document.querySelector("#chart-bytes .rule"));
        const wanted = color.match(/\d+/g).slice(0, 3).join();
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4)
          if (data[i + 3] === 255 && data.slice(i, i + 3).join() === wanted) return true;
        return false;
      });
    assert.ok((await background()) > 192);
    await isDrawn();
    // No answer draws them from here on.
    await tab.page.route("**/metrics", () => {});
    await tab.page.waitForRequest("**/metrics");
    await tab.page.emulateMedia({ colorScheme: "dark" });
    assert.ok((await background()) < 64);
    await isDrawn();
    await tab.page.getByText("Light", { exact: true }).click();
    assert.ok((await background()) > 192);
    await isDrawn();
  });

  it("alone loads the charts' package", async () => {
    const scripts = async (path) => {
      const tab = await suite.visit("/");
      const found = [];
      tab.page.on("response", (response) => {
        if (response.url().endsWith(".js")) found.push(response.text());
      });
      await tab.page.goto(`${suite.server.url}${path}`, { waitUntil: "networkidle" });
      return (await Promise.all(found)).join("\n");
    };
    const has = async (path) => (await scripts(path)).includes("uplot");
    assert.equal(await has("/status"), true);
    assert.equal(await has("/"), false);
    assert.equal(await has(`/d/${suite.freshName()}`), false);
  });
});
