import assert from "node:assert/strict";
import { it } from "node:test";
import { call } from "../support/client.js";
import { freePort, Server } from "../support/server.js";
import { suite } from "./support/suite.js";
import { kSaved } from "./support/tab.js";
import { Wire } from "./support/wire.js";

const kind = (tab, ...kinds) =>
  tab.page.locator(kinds.map((kind) => `#save[data-kind=${kind}]`).join(",")).waitFor();

suite("a connection that comes and goes", (suite) => {
  /** A tab on a fresh document, at the end of a wire. */
  const wired = async (t, options) => {
    const name = suite.freshName();
    const wire = await Wire.lay(suite.server);
    t.after(() => wire.remove());
    const tab = await suite.edit(name, { origin: wire.url, ...options });
    return { name, wire, tab };
  };

  /** The same, after it has saved a text, the wire was cut, and more was typed. */
  const offline = async (t, saved, unsaved, options) => {
    const all = await wired(t, options);
    await all.tab.write(saved);
    all.wire.cut();
    await all.tab.type(unsaved);
    return all;
  };

  it("typing goes on offline, and is sent once when the connection is back", async (t) => {
    const { name, wire, tab } = await wired(t);
    const other = await suite.edit(name);
    await tab.text.focus();
    await tab.type("before ");
    await other.shows("before ");
    wire.cut();
    await kind(tab, "reconnecting", "offline");
    await tab.type("offline");
    await other.goTo(0, 0);
    await other.type("meanwhile ");
    await tab.press("Enter");
    await tab.type("😀");
    wire.mend();
    await tab.saved();
    await tab.shows("meanwhile before offline\n😀");
    await other.shows("meanwhile before offline\n😀");
    assert.equal(await suite.cat(name), "meanwhile before offline\n😀");
  });

  it("what was sent and not acknowledged is there once, wherever the wire was cut", async (t) => {
    const { name, wire, tab } = await wired(t);
    await tab.text.focus();
    let expected = "";
    for (let round = 0; round < 8; round++) {
      const word = `word${round} `;
      const typed = tab.type(word);
      if (round % 2 === 0) wire.cut();
      await typed;
      if (round % 2 === 1) wire.cut();
      wire.mend();
      expected += word;
    }
    await tab.saved();
    assert.equal(await suite.cat(name), expected);
    await tab.shows(expected);
  });

  it("after eight seconds unsaved is said in red, and the text can be copied", async (t) => {
    const { name, wire, tab } = await offline(t, "safe ", "precious", {
      context: { permissions: ["clipboard-read", "clipboard-write"] },
    });
    await tab.turnClock(3_600_000);
    await kind(tab, "unsaved");
    assert.match(await tab.page.locator("#save-label").textContent(), /^Unsaved for \d+ s$/);
    assert.match(await tab.page.locator("#announcer").textContent(), /^Unsaved/);
    await tab.page.getByRole("button", { name: "Copy unsaved text" }).click();
    await tab.page.getByText("Unsaved text copied").waitFor();
    assert.equal(await tab.page.evaluate(() => navigator.clipboard.readText()), "precious");
    wire.mend();
    await tab.page.getByRole("button", { name: "Try now" }).click();
    await tab.saved();
    assert.equal(await suite.cat(name), "safe precious");
  });

  it("leaving with unsaved text asks first", async (t) => {
    const { name, wire, tab } = await offline(t, "x", "y");
    await tab.asksBeforeItCloses();
    wire.mend();
    await tab.saved();
    assert.equal(await suite.cat(name), "xy");
  });

  it(
    "a connection that has gone silent is noticed and replaced",
    { timeout: 60_000 },
    async (t) => {
      const { name, wire, tab } = await wired(t);
      await tab.text.focus();
      wire.freeze();
      await tab.type("into the void");
      await kind(tab, "unsaved");
      // The page asks for a sign of life when it is woken, and gives up after ten seconds.
      await tab.page.evaluate(() => dispatchEvent(new Event("online")));
      await tab.page.locator(kSaved).waitFor({ timeout: 30_000 });
      assert.equal(await suite.cat(name), "into the void");
    },
  );

  /**
   * The tab types this offline, while the document is deleted; resolves to the dialog about it and
   * what was lost before.
   */
  const lose = async ({ wire, tab, doc }, unsaved, before = "") => {
    wire.cut();
    await tab.text.click();
    await tab.type(unsaved);
    await call(doc, "del");
    wire.mend();
    const dialog = tab.page.getByRole("dialog", { name: "This text could not be saved" });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole("textbox").inputValue(), before + unsaved);
    return dialog;
  };

  it("a text that the document can no longer take stays until it was taken out", async (t) => {
    const all = await wired(t);
    const { name, tab } = all;
    await tab.write("shared ");
    all.doc = await (await suite.client()).subscribe(name);
    const dialog = await lose(all, "and my last paragraph");
    await tab.page.getByText("This document was deleted").waitFor();
    for (const _ of [1, 2, 3]) await tab.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await kind(tab, "discarded");
    await tab.asksBeforeItCloses();
    await tab.page.getByRole("button", { name: "Show it" }).click();
    assert.equal(await dialog.getByRole("textbox").inputValue(), "and my last paragraph");
    const download = tab.page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Download" }).click();
    assert.match((await download).suggestedFilename(), /not saved/);
    await dialog.getByRole("button", { name: "Close" }).click();
    await kind(tab, "deleted");
    assert.equal(await tab.page.locator("#discarded").isVisible(), false);
  });

  it("it can be copied by a button or by hand, or thrown away by a click that says so", async (t) => {
    const all = await wired(t, { context: { permissions: ["clipboard-read", "clipboard-write"] } });
    const { name, tab } = all;
    const client = await suite.client();
    all.doc = await client.subscribe(name);
    await call(all.doc, "submitOp", ["\r\n"]); // All lines of this document end so.
    await tab.shows("\r\n");
    const clipboard = () => tab.page.evaluate(() => navigator.clipboard.readText());
    const ways = {
      button: async (dialog) => {
        await dialog.getByRole("button", { name: "Copy" }).click();
        await dialog.getByRole("button", { name: "Close" }).click();
      },
      hand: async (dialog) => {
        await dialog.getByRole("textbox").focus();
        await tab.press("Control+a", "Control+c");
        await dialog.getByRole("button", { name: "Close" }).click();
      },
      click: (dialog) => dialog.getByRole("button", { name: "Throw away" }).click(),
    };
    for (const [way, take] of Object.entries(ways)) {
      const dialog = await lose(all, `${way}\n`);
      await take(dialog);
      await kind(tab, "deleted");
      assert.equal(await clipboard(), `${way === "click" ? "hand" : way}\r\n`);
      await client.create(name, "\r\n");
      await tab.opened();
    }
  });

  it("a text that is lost while another one is being copied stays, too", async (t) => {
    const all = await wired(t);
    const { name, tab } = all;
    const client = await suite.client();
    all.doc = await client.subscribe(name);
    await tab.page.evaluate(() => {
      navigator.clipboard.writeText = () => new Promise((resolve) => (window.endCopying = resolve));
    });
    const dialog = await lose(all, "first");
    await dialog.getByRole("button", { name: "Copy" }).click();
    await tab.press("Escape");
    await client.create(name, "");
    await tab.page.locator(".cm-content[contenteditable=true]").waitFor();
    await lose(all, "second", "first\n\n");
    await tab.page.evaluate(() => window.endCopying());
    await tab.page.getByText("Copied").waitFor();
    await dialog.getByRole("button", { name: "Throw away" }).waitFor();
    await tab.press("Escape");
    await tab.page.getByRole("button", { name: "Show it" }).click();
    assert.equal(await dialog.getByRole("textbox").inputValue(), "second");
  });

  it("two tabs that start a deleted document again with its text lose nothing, and say so", async (t) => {
    const all = await wired(t);
    const { name, wire, tab } = all;
    await tab.write("once more");
    const other = await suite.edit(name);
    const doc = await (await suite.client()).subscribe(name);
    await call(doc, "del");
    const again = (each) => each.page.getByRole("button", { name: "Start it again" });
    await Promise.all([again(tab).waitFor(), again(other).waitFor()]);
    wire.cut();
    await again(tab).click();
    await again(other).click();
    await other.opened();
    await other.text.click();
    await other.press("Control+End");
    await other.type(", with feeling");
    await other.saved();
    wire.mend();
    await tab.shows("once more, with feeling");
    await tab.opened();
    assert.equal(await tab.page.locator("#rescue").isVisible(), false);
    await tab.asksNothingBeforeItCloses();
  });

  it("a page that was never opened promises to keep nothing", async () => {
    const tab = await suite.visit("/");
    await tab.page.routeWebSocket(/\/ws$/, (socket) => socket.close());
    await tab.page.goto(`${suite.server.url}/d/${suite.freshName()}`);
    await tab.page.context().setOffline(true);
    await kind(tab, "offline");
    await tab.page.getByText("No connection to the server yet").waitFor();
    assert.doesNotMatch(await tab.page.locator("body").innerText(), /kept/);
  });

  it("a change that is too large is refused before it is sent, and nothing is lost", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    await tab.text.focus();
    await tab.type("kept");
    await tab.paste("x".repeat(7 << 20));
    await tab.page.getByText(/That change is 7\.0 MB/).waitFor();
    await tab.saved();
    await tab.shows("kept");
    await tab.type("!");
    await tab.saved();
    assert.equal(await suite.cat(name), "kept!");
  });
});

suite("a server that restarts", (suite) => {
  /** A tab whose server has ended after it saved a text. */
  async function abandoned(t, text) {
    const name = suite.freshName();
    const server = await Server.start({ port: await freePort() });
    t.after(() => server.dispose());
    const tab = await suite.edit(name, { origin: server.url });
    await tab.write(text);
    await server.stop();
    await kind(tab, "reconnecting", "offline");
    return { name, server, tab };
  }

  it("the page comes back by itself, with what was written meanwhile", async (t) => {
    const { name, server, tab } = await abandoned(t, "before, ");
    await tab.type("between, ");
    const restarted = await server.restart();
    t.after(() => restarted.dispose());
    await tab.saved();
    await tab.type("after");
    await tab.saved();
    await tab.shows("before, between, after");
    const other = await suite.edit(name, { origin: restarted.url });
    await other.shows("before, between, after");
  });

  /** A tab that types this while its server is replaced by one with another folder. */
  async function replaceHistory(t, saved, unsaved) {
    const { name, server, tab } = await abandoned(t, saved);
    await tab.type(unsaved);
    const other = await Server.start({ port: server.port });
    t.after(() => other.dispose());
    await tab.page.locator("#rescue[open]").waitFor();
    return { name, tab, origin: other.url };
  }

  it("with another history: the page says so and keeps the text, to copy or download", async (t) => {
    const { name, tab, origin } = await replaceHistory(t, "precious", " and unsaved");
    const reason = await tab.page.locator("#rescue-reason").textContent();
    assert.match(reason, /older history .* restored from a backup/);
    assert.equal(await tab.page.locator("#rescue-text").inputValue(), "precious and unsaved");
    await tab.press("Escape");
    await kind(tab, "history-replaced");
    assert.equal(await tab.page.locator("#strip").isVisible(), false);
    await tab.shows("precious and unsaved");
    const other = await suite.edit(name, { origin });
    await other.shows(""); // Nothing of the lost history was sent into the new one.
    await other.write("new");
    await tab.shows("precious and unsaved");
    tab.page.on("dialog", (dialog) => dialog.accept());
    await tab.page.locator("#message-action").click();
    await tab.shows("new");
  });

  it("with another history and nothing unsaved: the text that only the page has stays", async (t) => {
    const { tab } = await replaceHistory(t, "precious", "");
    assert.equal(await tab.page.locator("#rescue-text").inputValue(), "precious");
    await tab.press("Escape");
    await tab.shows("precious");
    await tab.asksBeforeItCloses();
    await tab.page.getByRole("button", { name: "Show it" }).click();
    await tab.page.getByRole("button", { name: "Throw away" }).click();
    await tab.asksNothingBeforeItCloses();
  });
});
