// Documents that attacks need, long in text or in history, made by the operator: that is quick.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { kCollection } from "../../support/documents.js";

const kMiB = 1 << 20;
const kBodyBytesMax = 8 * kMiB;

// A text of control characters is six times as long in JSON, and this much of it fits into a body.
const kPieceLetters = kMiB;

async function post(server, target, body) {
  const token = (await readFile(path.join(server.data, "operator-token"), "utf8")).trim();
  const response = await fetch(`${server.url}/api/operator/documents/${kCollection}/${target}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body,
  });
  assert.equal(response.status, 200, await response.text());
}

/** Makes a document with this history, each change {create} or {op}. */
export async function importHistory(server, d, changes) {
  const time = new Date().toISOString();
  let lines = [];
  let bytes = 0;
  const flush = async () => {
    await post(server, `${d}/records`, lines.join("\n"));
    lines = [];
    bytes = 0;
  };
  for (const [index, change] of changes.entries()) {
    const version = index + 1;
    const named = { version, time, author: "", source: "prepared", sequence: version };
    const line = JSON.stringify({ ...named, ...change });
    if (bytes + line.length + 1 > kBodyBytesMax) await flush();
    lines.push(line);
    bytes += line.length + 1;
  }
  await flush();
}

/** Makes a document of so many letters, each the same. */
export async function makeText(server, d, letter, count) {
  const changes = [{ create: letter.repeat(Math.min(count, kPieceLetters)) }];
  for (let at = kPieceLetters; at < count; at += kPieceLetters) {
    changes.push({ op: [letter.repeat(Math.min(count - at, kPieceLetters))] });
  }
  await importHistory(server, d, changes);
  return changes.length;
}

/** Makes a document of so many random letters, which nobody can compress much. */
export async function makeNoise(server, d, count) {
  const changes = [{ create: "" }];
  for (let at = 0; at < count; at += kPieceLetters) {
    const letters = Math.min(count - at, kPieceLetters);
    changes.push({ op: [randomBytes(letters).toString("base64").slice(0, letters)] });
  }
  await importHistory(server, d, changes);
  return changes.length;
}

/** Makes another document of this one's text. */
export const copyText = (server, d, version, copy) =>
  post(server, `${d}/restore?at=${version}&as=${copy}`);
