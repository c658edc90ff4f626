import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, it } from "node:test";
import { suite } from "./support/suite.js";

const folder = await mkdtemp(path.join(tmpdir(), "cowrite-files-"));
after(() => rm(folder, { recursive: true }));

const utf16 = Buffer.from("\ufeffcaf\u00e9", "utf16le");
const picture = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const kFiles = {
  "utf8.txt": "caf\u00e9 \u{1f600}\ntwo\n",
  "bom.txt": "\ufeffmarked",
  "crlf.txt": "one\r\ntwo",
  "replacement.txt": "\ufffd is a character, too",
  "latin1.txt": Buffer.from("caf\u00e9", "latin1"),
  "utf16.txt": utf16,
  "utf16-without-mark.txt": utf16.subarray(2),
  "nul.txt": "a\0b",
  "picture.png": picture,
};

for (const [name, content] of Object.entries(kFiles))
  await writeFile(path.join(folder, name), content);
await mkdir(path.join(folder, "notes"));

const paths = (...names) => names.map((name) => path.join(folder, name));

suite("files that are dropped on the page", (suite) => {
  it("texts in UTF-8 are put in, several at once", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    await tab.drop("#editor .cm-content", ...paths("utf8.txt", "bom.txt", "crlf.txt"));
    await tab.shows("caf\u00e9 \u{1f600}\ntwo\n\nmarked\none\ntwo");
    await tab.press("Control+z");
    await tab.shows("");
    await tab.drop("#editor .cm-content", ...paths("replacement.txt"));
    await tab.shows("\ufffd is a character, too");
  });

  it("what is not text in UTF-8 is refused by name, and what is beside it is put in", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    const notice = tab.page.locator("#notice");
    for (const file of [
      "latin1.txt",
      "utf16.txt",
      "utf16-without-mark.txt",
      "nul.txt",
      "picture.png",
    ]) {
      await tab.drop("#editor .cm-content", ...paths(file));
      await notice.getByText(`Not put in: ${file} (not text in UTF-8).`).waitFor();
    }
    await tab.drop(
      "#editor .cm-content",
      ...paths("picture.png", "bom.txt", "notes", "latin1.txt"),
    );
    const others = ["picture.png (not text in UTF-8)", "notes (a folder)"];
    await notice.getByText(`Not put in: ${others.join(", ")}, latin1.txt`).waitFor();
    await tab.shows("marked");
    await tab.saved();
    assert.equal(await suite.cat(name), "marked");
  });

  it("a pasted picture is refused, and a picture beside a text is left out", async () => {
    const tab = await suite.edit(suite.freshName());
    const paste = (text) =>
      tab.text.evaluate((node, text) => {
        const clipboardData = new DataTransfer();
        if (text) clipboardData.setData("text/plain", text);
        clipboardData.items.add(new File([new Uint8Array([0x89, 0x50])], "image.png"));
        const options = { clipboardData, bubbles: true, cancelable: true };
        node.dispatchEvent(new ClipboardEvent("paste", options));
      }, text);
    await paste("");
    await tab.page.getByText("Not put in: image.png (not text in UTF-8).").waitFor();
    await paste("the text");
    await tab.shows("the text");
  });

  it("a file dropped beside the text, or on one that cannot be edited, does not end the page", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    await tab.write("still here");
    await tab.drop(".bar", ...paths("utf8.txt"));
    await tab.shows("still here");
    const view = await suite.visit(`/d/${name}?mode=view`);
    await view.shows("still here");
    await view.drop("#editor .cm-content", ...paths("utf8.txt"));
    await tab.type("!");
    await view.shows("still here!");
  });
});
