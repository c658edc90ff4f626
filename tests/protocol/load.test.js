// cowrite-load before this server, cowrite's or, with COWRITE_REFERENCE=1, ShareDB's own: its clients
// are ShareDB's as far as both servers can tell, and its verification finds nothing wrong.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";
import { kBin } from "../support/server.js";
import { suite } from "../support/suite.js";

const kScenarios = [
  "acks --documents 5 --operations 20",
  "fanout --subscribers 5 --writers 2 --operations 20",
  "hot --writers 5 --operations 20",
  "mixed --documents 3 --writers 3 --operations 20",
  "hot --writers 5 --seconds 1 --warmup 0 --reconnect 0.3",
  "typists --people 6 --documents 2 --seconds 2 --warmup 0",
  "idle --connections 10 --seconds 0.1",
  "cold --documents 20 --readers 3",
];

suite("load", (suite) => {
  for (const scenario of kScenarios) {
    it(`is verified: ${scenario}`, async () => {
      const args = [...scenario.split(" "), "--server", suite.server.url, "--json"];
      const { stdout } = await promisify(execFile)(path.join(kBin, "cowrite-load"), args);
      const report = JSON.parse(stdout);
      assert.equal(report.verified, true);
      if (scenario.startsWith("typists")) {
        assert.ok(report.figures.presences_delivered.count > 0);
        assert.equal(report.figures.presences_refused, undefined);
      }
    });
  }
});
