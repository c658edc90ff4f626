// One person's tab of the page: a browser profile of its own, so nothing is shared but the server.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { within } from "../../support/deadline.js";

export const kSaved = "#save[data-kind=saved]";

/** How light the background of an element is, from 0 to 255. */
export async function lightness(locator) {
  const color = await locator.evaluate((node) => getComputedStyle(node).backgroundColor);
  return Number(/\d+/.exec(color)[0]);
}

export class Tab {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {{path: string, origin: string, name?: string, color?: number, context?: object, clock?:
   *     boolean}} options name and colour: as chosen on an earlier visit; clock: the test may turn
   *     the page's clock.
   */
  static async open(browser, { origin, path, name, color = 0, context = {}, clock = false }) {
    const profile = await browser.newContext(context);
    if (clock) await profile.clock.install();
    const stored = Object.entries({ "cowrite.name": name, "cowrite.color": name && `${color}` });
    await profile.addInitScript(
      (entries) => {
        for (const [key, value] of entries) localStorage[key] ??= value;
      },
      stored.filter(([, value]) => value !== undefined),
    );
    const tab = new Tab(await profile.newPage());
    await tab.page.goto(origin + path);
    return tab;
  }

  /** Another tab of the same browser profile. */
  async another(path) {
    const tab = new Tab(await this.page.context().newPage());
    await tab.page.goto(new URL(path, this.page.url()).href);
    return tab;
  }

  /** The time of day jumps in this page, as if somebody had set the system's clock. */
  async turnClock(ms) {
    await this.page.evaluate((ms) => {
      const now = Date.now;
      Date.now = () => now() + ms;
    }, ms);
  }

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    /** What went wrong in the page, as its console says; a refused style or script is among it. */
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      const harmless = /ERR_CONNECTION|WebSocket connection/.test(message.text());
      if (message.type() === "error" && !harmless) this.complaints.push(message.text());
    });
    page.on("websocket", (socket) => (this.socket = socket));
    page.setDefaultTimeout(15_000);
    this.text = page.locator(".cm-content");
  }

  /** Everything is acknowledged. */
  saved() {
    return this.page.locator(kSaved).waitFor();
  }

  async opened() {
    await this.page.locator(".cm-content[contenteditable=true]").waitFor();
    await this.saved();
    return this;
  }

  /** The lines on the screen. */
  lines() {
    return this.page
      .locator(".cm-line")
      .evaluateAll((lines) => lines.map((line) => line.textContent));
  }

  /** Resolves when the text on the screen is this one. REQUIRES: it fits on the screen. */
  shows(text) {
    return this.page.waitForFunction((expected) => {
      if (document.querySelector(".cm-placeholder")) return expected === "";
      const lines = [...document.querySelectorAll(".cm-line")].map((line) => line.textContent);
      return lines.join("\n") === expected;
    }, text);
  }

  /** The whole text, as the menu downloads it. */
  async wholeText() {
    const download = this.page.waitForEvent("download");
    await this.page.locator("#menu-button").click();
    await this.page.locator("#menu-download").click();
    return readFile(await (await download).path(), "utf8");
  }

  /** Puts the cursor before column `column` of line `line`, both from zero. */
  async goTo(line, column) {
    await this.text.focus();
    await this.page.keyboard.press("Control+Home");
    for (let i = 0; i < line; i++) await this.page.keyboard.press("ArrowDown");
    await this.page.keyboard.press("Home");
    for (let i = 0; i < column; i++) await this.page.keyboard.press("ArrowRight");
  }

  /** Types where the cursor is. */
  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Types into the text, and waits until it is saved. */
  async write(text) {
    await this.text.focus();
    await this.type(text);
    await this.saved();
  }

  /** Resolves when the page gets a message that has this in it. */
  hears(part) {
    return this.socket.waitForEvent("framereceived", ({ payload }) => payload.includes(part));
  }

  /** An input method: what it composes at the cursor. An insertText() ends a composition. */
  async inputMethod() {
    const session = await this.page.context().newCDPSession(this.page);
    const compose = (text) =>
      session.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    return { compose, commit: (text) => session.send("Input.insertText", { text }) };
  }

  press(...keys) {
    return keys.reduce(
      (before, key) => before.then(() => this.page.keyboard.press(key)),
      Promise.resolve(),
    );
  }

  /** Pastes as the user would, with what the clipboard then holds. */
  paste(text) {
    return this.text.evaluate((node, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      node.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
  }

  /** Drops these files of the disk on an element, as from a file manager. */
  async drop(selector, ...files) {
    const { x, y, width, height } = await this.page.locator(selector).boundingBox();
    const session = await this.page.context().newCDPSession(this.page);
    for (const type of ["dragEnter", "dragOver", "drop"])
      await session.send("Input.dispatchDragEvent", {
        type,
        x: x + width / 2,
        y: y + Math.min(height, 100) / 2,
        data: { items: [], files, dragOperationsMask: 1 },
      });
  }

  /** Closing the tab is asked about first; it stays open. */
  async asksBeforeItCloses() {
    const asked = this.page.waitForEvent("dialog");
    const closing = this.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await closing;
  }

  /** Closing the tab is not asked about. */
  async asksNothingBeforeItCloses() {
    const prevented = await this.page.evaluate(
      () => !dispatchEvent(new Event("beforeunload", { cancelable: true })),
    );
    assert.equal(prevented, false);
  }

  close() {
    return within(this.page.context().close({ runBeforeUnload: false }), "the tab closes");
  }

  checkNoComplaints() {
    assert.deepEqual(this.complaints, []);
  }
}
