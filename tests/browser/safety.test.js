import assert from "node:assert/strict";
import { it } from "node:test";
import { suite } from "./support/suite.js";

const kHostile = [
  "<script>window.harmed = 'script'</script>",
  "<img src=x onerror=\"window.harmed = 'image'\">",
  "<svg onload=\"window.harmed = 'svg'\">",
  "<iframe srcdoc='<script>parent.harmed = 1</script>'></iframe>",
  "<style>body { display: none }</style>",
  "javascript:window.harmed='link'",
  '"><b onmouseover="window.harmed = \'mouse\'">',
  "{{constructor.constructor('window.harmed = 1')()}} ${window.harmed = 1}",
];
const kHostileName = "<img src=x onerror=window.harmed=1>";

const isUnharmed = (tab) =>
  tab.page.evaluate(
    () =>
      window.harmed === undefined &&
      document.querySelector("main img[src=x], main script, main iframe, #people img") === null &&
      getComputedStyle(document.body).display !== "none",
  );

suite("text and names from others", (suite) => {
  it("a document of scripts, and a user whose name is markup, run nothing", async () => {
    const { name, tabs } = await suite.editTogether({ name: "Mallory" }, { name: "Ada" });
    const [mallory, ada] = tabs;
    await mallory.page.locator(".avatar.self").click();
    await mallory.page.locator("#person-name").fill(kHostileName);
    await mallory.page.keyboard.press("Enter");
    await mallory.text.focus();
    await mallory.paste(kHostile.join("\n"));
    await ada.shows(kHostile.join("\n"));
    const flag = ada.page.locator(".remote-name");
    await flag.getByText(kHostileName).waitFor({ state: "attached" });
    const avatar = ada.page.getByRole("button", { name: kHostileName });
    await avatar.hover();
    await avatar.click();
    assert.ok(await isUnharmed(ada));
    assert.ok(await isUnharmed(mallory));
    const late = await suite.edit(name);
    await late.shows(kHostile.join("\n"));
    assert.ok(await isUnharmed(late));
  });

  it("presence of any shape is survived", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name, { name: "Ada" });
    await tab.write("here"); // Saved, so that no presence comes before the tab listens to any.
    const client = await suite.client();
    await client.subscribe(name);
    const presence = client.connection.getDocPresence("docs", name);
    const values = [
      { index: 1e9, length: -4, name: { toString: "x" }, color: "red;}body{display:none}" },
      { index: 2, length: 1e9, name: "a\u202eb\n".repeat(99), color: -1e300 },
      { index: "0", name: kHostileName, color: "__proto__" },
      [0, 2],
      1,
      "<b>",
      true,
    ];
    values.forEach((value, i) => {
      const local = presence.create(i === 0 ? "__proto__x" : `id-${i}`);
      local.on("error", () => {});
      local.submit(value);
    });
    await tab.page
      .locator(".avatar.rest")
      .getByText(`+${values.length - 5}`)
      .waitFor();
    await tab.type(" still");
    await tab.saved();
    await tab.shows("here still");
    assert.ok(await isUnharmed(tab));
  });

  it("a hostile document name is a name", async () => {
    const name = `${kHostileName} "&' ${suite.freshName()}`;
    const tab = await suite.edit(name);
    assert.equal(await tab.page.locator("#title").textContent(), name);
    await tab.page.goto(`${suite.server.url}/`);
    await tab.page.getByRole("link", { name }).click();
    await tab.opened();
    assert.ok(await isUnharmed(tab));
  });
});
