// A suite of tests that share a server and a browser; each test works on documents of its own.

import { after, afterEach, before, describe } from "node:test";
import { chromium } from "playwright-core";
import { Client, dropClients } from "../../support/client.js";
import { Server, cowrite } from "../../support/server.js";
import { Tab } from "./tab.js";

const kExecutable = process.env.CHROMIUM ?? "/usr/bin/chromium";
const kFlags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const kQuiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

let count = 0;

class Suite {
  /** @type {Server} */
  server;
  /** @type {import("playwright-core").Browser} */
  browser;
  /** @type {Tab[]} */
  tabs = [];

  /** A name that no test has used. */
  freshName() {
    return `page-${++count}`;
  }

  /** A tab on any page of the server, or of what stands before it. */
  async visit(path, options = {}) {
    const tab = await Tab.open(this.browser, { origin: this.server.url, path, ...options });
    this.tabs.push(tab);
    return tab;
  }

  /** A tab in which the document can be edited. */
  async edit(name, options) {
    const tab = await this.visit(`/d/${encodeURIComponent(name)}`, options);
    return tab.opened();
  }

  /**
   * Tabs in which these people edit one fresh document.
   * @param {object[]} people as for edit()
   */
  async editTogether(...people) {
    const name = this.freshName();
    const tabs = await Promise.all(people.map((options) => this.edit(name, options)));
    return { name, tabs };
  }

  /** An unmodified sharedb client, for what no page would do. */
  client() {
    return Client.connect(this.server);
  }

  /** The document as the command line shows it. */
  cat(name) {
    return cowrite("cat", "--server", this.server.url, name);
  }
}

/**
 * After each test no page may have complained.
 * @param {string} name
 * @param {(suite: Suite) => void} body declares the tests
 * @param {object} [options] as for Server.start()
 */
export function suite(name, body, options) {
  describe(name, () => {
    const shared = new Suite();
    before(async () => {
      shared.server = await Server.start(options);
      shared.browser = await chromium.launch({
        executablePath: kExecutable,
        args: [...kFlags, ...kQuiet],
      });
    });
    afterEach(async () => {
      dropClients();
      const tabs = shared.tabs.splice(0);
      await Promise.all(tabs.map((tab) => tab.close()));
      for (const tab of tabs) tab.checkNoComplaints();
    });
    after(async () => {
      await shared.browser?.close();
      await shared.server?.dispose();
    });
    body(shared);
  });
}
