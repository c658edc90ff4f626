// By what name everybody but a client itself knows its id ("src"), which is between it and the server.

import { createHash } from "node:crypto";
import { kReference } from "./server.js";

/** @param {string} id ShareDB's own server shows it as it is. */
export function sourceOf(id) {
  if (kReference) return id;
  return createHash("sha256").update(`\0${id}`).digest("hex").slice(0, 32);
}
