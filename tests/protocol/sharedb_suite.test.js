// ShareDB's own client tests, from the npm package, against our server over WebSockets.

import assert from "node:assert/strict";
import { it } from "node:test";
import { kReference } from "../support/server.js";
import { suite } from "../support/suite.js";
import { kMayPass, kNotHere } from "../support/sharedb_suite/not_here.js";
import { runShareDbTests } from "../support/sharedb_suite/run.js";

// Those that can pass without ShareDB's server in the same process, and more.
const kPassedMin = 291;

// So that what a test waits for on one connection comes after what it caused on another.
const kOneLoop = { args: ["--loops", "1"] };

suite(
  "ShareDB's own client tests",
  (suite) => {
    it("pass, but those that are named with a reason, which fail", async (t) => {
      const { passed, failed } = await runShareDbTests(suite.server);
      t.diagnostic(`${passed.length} passed, ${failed.size} not meant for this server`);
      const named = new Set(Object.values(kNotHere).flat());
      const unnamed = [...failed].filter(([title]) => !named.has(title));
      assert.deepEqual(unnamed, [], "tests that fail");
      if (kReference) return;
      assert.deepEqual(
        [...named].filter((title) => !failed.has(title) && !kMayPass.includes(title)),
        [],
        "named and do not fail",
      );
      assert.ok(passed.length >= kPassedMin, `${passed.length} passed`);
    });
  },
  kOneLoop,
);
