// Loaded by Mocha before ShareDB's tests: puts our Backend in the place of theirs. The rest is what
// sharedb/test/setup.js does, which wants packages that only newer versions of Node.js can load.

import { createRequire } from "node:module";
import { Backend } from "./backend.js";
import { kNotHere } from "./not_here.js";

const require = createRequire(import.meta.url);
const chai = require("chai");
const sinon = require("sinon");
const logger = require("sharedb/lib/logger");

require.cache[require.resolve("sharedb/lib/backend")].exports = Backend;
chai.use(require("sinon-chai"));
logger.setMethods({ info() {}, warn() {}, error() {} });

// What is known to fail need not be waited for long.
const kTimeoutMs = 1_000;
const named = new Set(Object.values(kNotHere).flat());

export const mochaHooks = {
  beforeEach() {
    if (named.has(this.currentTest.fullTitle())) this.currentTest.timeout(kTimeoutMs);
  },
  afterEach() {
    sinon.restore();
  },
};
