import assert from "node:assert/strict";
import { it } from "node:test";
import { call } from "../support/client.js";
import { freePort, Server } from "../support/server.js";
import { suite } from "./support/suite.js";
import { Wire } from "./support/wire.js";

const kind = (tab, ...kinds) =>
  tab.page.locator(kinds.map((kind) => `#save[data-kind=${kind}]`).join(",")).waitFor();

suite("a connection that comes and goes", (suite) => {
  const wired = async (t, name, options) => {
    const wire = await Wire.lay(suite.server);
    t.after(() => wire.remove());
    const tab = await suite.edit(name, { origin: wire.url, ...options });
    return { wire, tab };
  };

  it("typing goes on offline, and is sent once when the connection is back", async (t) => {
    const name = suite.freshName();
    const { wire, tab } = await wired(t, name);
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
    const name = suite.freshName();
    const { wire, tab } = await wired(t, name);
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
    const name = suite.freshName();
    const { wire, tab } = await wired(t, name, {
      context: { permissions: ["clipboard-read", "clipboard-write"] },
    });
    await tab.text.focus();
    await tab.type("safe ");
    await tab.saved();
    wire.cut();
    await tab.type("precious");
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
    const name = suite.freshName();
    const { wire, tab } = await wired(t, name);
    await tab.text.focus();
    await tab.type("x");
    await tab.saved();
    wire.cut();
    await tab.type("y");
    const asked = tab.page.waitForEvent("dialog");
    const closing = tab.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await closing;
    wire.mend();
    await tab.saved();
    assert.equal(await suite.cat(name), "xy");
  });

  it(
    "a connection that has gone silent is noticed and replaced",
    { timeout: 60_000 },
    async (t) => {
      const name = suite.freshName();
      const { wire, tab } = await wired(t, name);
      await tab.text.focus();
      wire.freeze();
      await tab.type("into the void");
      await kind(tab, "unsaved");
      // The page asks for a sign of life when it is woken, and gives up after ten seconds.
      await tab.page.evaluate(() => dispatchEvent(new Event("online")));
      await tab.page.locator("#save[data-kind=saved]").waitFor({ timeout: 30_000 });
      assert.equal(await suite.cat(name), "into the void");
    },
  );

  it("a text that the document can no longer take is given back", async (t) => {
    const name = suite.freshName();
    const { wire, tab } = await wired(t, name);
    await tab.text.focus();
    await tab.type("shared");
    await tab.saved();
    wire.cut();
    await tab.type(" and my last paragraph");
    const client = await suite.client();
    const doc = await client.subscribe(name);
    await call(doc, "del");
    wire.mend();
    const dialog = tab.page.getByRole("dialog", { name: "This text could not be saved" });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole("textbox").inputValue(), " and my last paragraph");
    const download = tab.page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Download" }).click();
    assert.match((await download).suggestedFilename(), /not saved/);
    await dialog.getByRole("button", { name: "Close" }).click();
    await tab.page.getByText("This document was deleted").waitFor();
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
  it("the page comes back by itself, with what was written meanwhile", async (t) => {
    const name = suite.freshName();
    const server = await Server.start({ port: await freePort() });
    t.after(() => running.dispose());
    let running = server;
    const tab = await suite.edit(name, { origin: server.url });
    await tab.text.focus();
    await tab.type("before, ");
    await tab.saved();
    await server.stop();
    await kind(tab, "reconnecting", "offline");
    await tab.type("between, ");
    running = await server.restart();
    await tab.saved();
    await tab.type("after");
    await tab.saved();
    await tab.shows("before, between, after");
    const other = await suite.edit(name, { origin: running.url });
    await other.shows("before, between, after");
  });

  /** A page whose server's folder is replaced by that of another while it types on. */
  async function setBack(t, meanwhile) {
    const name = suite.freshName();
    const port = await freePort();
    const server = await Server.start({ port });
    t.after(() => server.dispose());
    const tab = await suite.edit(name, { origin: server.url });
    await tab.text.focus();
    await tab.type("precious");
    await tab.saved();
    await server.stop();
    await kind(tab, "reconnecting", "offline");
    await meanwhile(tab);
    const older = await Server.start({ port });
    t.after(() => older.dispose());
    await tab.page.locator("#rescue[open]").waitFor();
    return { name, tab, older };
  }

  it("set back to an older history: the page says so and keeps the text, to copy or download", async (t) => {
    const { name, tab, older } = await setBack(t, (tab) => tab.type(" and unsaved"));
    const reason = await tab.page.locator("#rescue-reason").textContent();
    assert.match(reason, /older history .* restored from a backup/);
    assert.equal(await tab.page.locator("#rescue-text").inputValue(), "precious and unsaved");
    await tab.page.locator("#rescue-close").click();
    await kind(tab, "history-replaced");
    assert.equal(await tab.page.locator("#strip").isVisible(), false);
    await tab.shows("precious and unsaved");
    const other = await suite.edit(name, { origin: older.url });
    await other.shows(""); // Nothing of the lost history was sent into the new one.
    await other.text.focus();
    await other.type("new");
    await other.saved();
    await tab.shows("precious and unsaved");
    tab.page.on("dialog", (dialog) => dialog.accept());
    await tab.page.locator("#message-action").click();
    await tab.shows("new");
  });

  it("set back with nothing unsaved: the text that only the page has is not replaced", async (t) => {
    const { tab } = await setBack(t, () => {});
    assert.equal(await tab.page.locator("#rescue-text").inputValue(), "precious");
    await tab.page.locator("#rescue-close").click();
    await tab.shows("precious");
  });
});
