// One budget for open documents and the store: more documents than fit into it are opened in turn.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { kTextUri } from "../support/text_type.js";
import { RawClient, dropRawClients } from "../support/raw_client.js";
import { Server, onlyCowrite } from "../support/server.js";

const c = "docs";
const kDocuments = Number(process.env.COWRITE_DOCUMENTS ?? 3_000);
const kTextBytes = 8 << 10;
const kMiB = 1 << 20;
const kBudget = 32 * kMiB;
// The program, its threads and their stacks, and what the allocator keeps of what was freed.
const kBase = 64 * kMiB;
const kAtOnce = 8; // Requests on their way.

describe("memory", onlyCowrite("keeps everything in memory"), () => {
  let server;
  let raw;
  before(async () => {
    server = await Server.start({ args: ["--memory", "32M", "--loops", "2"] });
    raw = await RawClient.connect(server);
  });
  afterEach(() => assert.ok(server.alive, server.output));
  after(async () => {
    dropRawClients();
    await server.dispose();
  });

  const name = (number) => `document-${number}`;
  const text = (number) => `${number} `.repeat(kTextBytes).slice(0, kTextBytes);

  /** Sends a request about every document, a few at a time, and looks at every answer. */
  async function all(request, check) {
    for (let number = 0; number < kDocuments; number += kAtOnce) {
      const numbers = Array.from(
        { length: Math.min(kAtOnce, kDocuments - number) },
        (_, index) => number + index,
      );
      for (const one of numbers) raw.send(request(one));
      const answers = [];
      for (const _ of numbers) answers.push(await raw.receive());
      answers.forEach((answer) => check(answer, Number(answer.d.split("-")[1])));
    }
  }

  it("what is no size, or too small, is refused with a sentence", async () => {
    const refused = (option, size, sentence) =>
      assert.rejects(
        Server.start({ args: [option, size] }),
        ({ message }) => message.includes('"code":2') && message.includes(sentence),
      );
    for (const size of ["", "x", "-5", "1.5G", "64 M", "64MB", "99999999T"]) {
      await refused("--disk-reserve", size, `--disk-reserve: "${size}" is not a size: bytes, or`);
    }
    await refused("--memory", "31M", '--memory: "31M" is not a size of 32M or more: bytes, or');
  });

  it(`${kDocuments} documents of ${kTextBytes} bytes, opened in turn, stay within the budget`, async (t) => {
    const began = server.residentBytes;
    await all(
      (number) => ({
        ...{ a: "op", c, d: name(number), v: 0, seq: number + 1, x: {} },
        create: { type: kTextUri, data: text(number) },
      }),
      (answer) => assert.equal(answer.error, undefined),
    );
    const written = server.residentBytes;
    let most = 0;
    await all(
      (number) => ({ a: "f", c, d: name(number), v: null }),
      (answer, number) => {
        assert.equal(answer.data.data, text(number));
        if (number % 100 === 0) most = Math.max(most, server.residentBytes);
      },
    );
    const figures = { began, written, most, ended: server.residentBytes };
    const inMiB = ([what, bytes]) => `${what} ${Math.round(bytes / kMiB)} MiB`;
    t.diagnostic(`resident: ${Object.entries(figures).map(inMiB).join(", ")}`);
    const bound = kBudget + kBase;
    assert.ok(most <= bound, `${most} bytes, more than ${bound}`);
  });
});
