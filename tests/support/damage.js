// Damage to a data folder, as a disk does it.

import assert from "node:assert/strict";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Flips a bit in the middle of the folder's largest table, which holds what is largest in it.
 * REQUIRES: no server runs on it, and it was written to before the last one started.
 */
export async function flipBitInLargestTable(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sst"));
  const tables = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(path.join(folder, name))).size })),
  );
  assert.ok(tables.length > 0, "there are tables");
  const { name, size } = tables.reduce((one, two) => (one.size > two.size ? one : two));
  const file = await open(path.join(folder, name), "r+");
  const byte = Buffer.alloc(1);
  const place = Math.floor(size / 2);
  await file.read(byte, 0, 1, place);
  byte[0] ^= 1;
  await file.write(byte, 0, 1, place);
  await file.close();
}
