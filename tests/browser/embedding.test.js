import assert from "node:assert/strict";
import { after, it } from "node:test";
import { call } from "../support/client.js";
import { HostPage } from "./support/host_page.js";
import { suite } from "./support/suite.js";
import { kSaved, lightness } from "./support/tab.js";
import { Wire } from "./support/wire.js";

const allowed = await HostPage.listen();
const stranger = await HostPage.listen();
after(() => [allowed, stranger].forEach((page) => page.close()));

const body = (suite) => {
  const embed = async (host, path, options) => {
    const url = `${suite.server.url}${path}`;
    const tab = await suite.visit(HostPage.showing(url), { origin: host.origin, ...options });
    return { tab, frame: tab.page.frameLocator("iframe") };
  };

  it("edits a document in an iframe of another origin", async () => {
    const name = suite.freshName();
    const { tab, frame } = await embed(allowed, `/embed/${name}`);
    await frame.locator(kSaved).waitFor();
    await frame.locator(".cm-content").click();
    await tab.type("from the frame");
    const other = await suite.edit(name);
    await other.shows("from the frame");
    assert.deepEqual(await tab.page.context().cookies(), []);
  });

  it("shows nothing on an origin that was not named", async () => {
    const name = suite.freshName();
    const { tab, frame } = await embed(stranger, `/embed/${name}`);
    await tab.page.waitForFunction(() => document.querySelector("iframe").contentDocument === null);
    const inner = tab.page.frames()[1];
    await inner.waitForLoadState();
    assert.equal(await frame.locator(".cm-content").count(), 0);
    assert.ok(tab.complaints.splice(0).some((text) => /frame-ancestors/.test(text)));
  });

  it("lets no origin put the whole editor or the start page into a frame", async () => {
    for (const path of [`/d/${suite.freshName()}`, "/"]) {
      const { tab, frame } = await embed(allowed, path);
      await tab.page.waitForFunction(
        () => document.querySelector("iframe").contentDocument === null,
      );
      await tab.page.frames()[1].waitForLoadState();
      assert.equal(await frame.locator("body.start, body.editor").count(), 0);
      assert.ok(tab.complaints.splice(0).some((text) => /frame-ancestors/.test(text)));
    }
  });

  it("mode=view shows the live text and lets nobody write", async () => {
    const name = suite.freshName();
    const writer = await suite.edit(name);
    await writer.write("one");
    const { tab, frame } = await embed(allowed, `/embed/${name}?mode=view`);
    await frame.locator(".cm-line").getByText("one").waitFor();
    await frame.locator(".cm-content[contenteditable=false]").click();
    await tab.type("not this");
    await writer.type(" two");
    await frame.locator(".cm-line").getByText("one two").waitFor();
    assert.equal(await suite.cat(name), "one two");
  });

  it("a view of a document that does not exist does not create it, and shows it when it does", async () => {
    const name = suite.freshName();
    const { frame } = await embed(allowed, `/embed/${name}?mode=view`);
    await frame.getByText("There is no document of this name yet").waitFor();
    const writer = await suite.edit(name);
    await writer.text.focus();
    await writer.type("now there is");
    await frame.locator(".cm-line").getByText("now there is").waitFor();
  });

  it("says what a sandbox must allow", async () => {
    const url = `${suite.server.url}/embed/${suite.freshName()}`;
    const sandboxed = (sandbox) =>
      suite.visit(`${HostPage.showing(url)}&sandbox=${sandbox}`, { origin: allowed.origin });
    const tab = await sandboxed("allow-scripts");
    const frame = tab.page.frameLocator("iframe");
    await frame.getByText("needs allow-scripts and allow-same-origin").waitFor();
    assert.ok(tab.complaints.splice(0).every((text) => /CORS|ERR_FAILED/.test(text)));
    const working = await sandboxed("allow-scripts allow-same-origin");
    await working.page.frameLocator("iframe").locator(kSaved).waitFor();
  });

  it("a text that could not be saved stays when a frame has downloaded it, perhaps in vain", async (t) => {
    const name = suite.freshName();
    const wire = await Wire.lay(suite.server);
    t.after(() => wire.remove());
    const doc = await (await suite.client()).create(name, "");
    const path = HostPage.showing(`${wire.url}/embed/${name}`);
    const sandbox = "&sandbox=allow-scripts allow-same-origin";
    const tab = await suite.visit(path + sandbox, { origin: allowed.origin });
    const frame = tab.page.frameLocator("iframe");
    await frame.locator(kSaved).waitFor();
    wire.cut();
    await frame.locator(".cm-content").click();
    await tab.type("mine");
    await call(doc, "del");
    wire.mend();
    await frame.getByRole("button", { name: "Download" }).click();
    await frame.getByText("If no file appears").waitFor();
    await tab.press("Escape");
    await frame.getByRole("button", { name: "Show it" }).click();
    await frame.getByRole("button", { name: "Throw away" }).click();
    assert.ok(tab.complaints.splice(0).every((text) => /[Dd]ownload/.test(text)));
  });

  it("theme=dark and theme=light override the system", async () => {
    const background = async (theme) => {
      const path = `/embed/${suite.freshName()}?theme=${theme}`;
      const { frame } = await embed(allowed, path, {
        context: { colorScheme: theme === "dark" ? "light" : "dark" },
      });
      await frame.locator(kSaved).waitFor();
      return lightness(frame.locator("html"));
    };
    assert.ok((await background("dark")) < 64);
    assert.ok((await background("light")) > 192);
  });

  it("works where the browser keeps nothing for frames of other sites", async () => {
    const name = suite.freshName();
    const tab = await suite.visit("/");
    await tab.page.context().addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("forbidden", "SecurityError");
        },
      });
    });
    const url = `${suite.server.url}/embed/${name}`;
    await tab.page.goto(allowed.origin + HostPage.showing(url));
    const frame = tab.page.frameLocator("iframe");
    await frame.locator(kSaved).waitFor();
    await frame.locator(".cm-content").click();
    await tab.type("kept by the server");
    await frame.locator(kSaved).waitFor();
    assert.equal(await suite.cat(name), "kept by the server");
  });
};

suite("the editor in a frame", body, { args: ["--embed-origins", allowed.origin] });
