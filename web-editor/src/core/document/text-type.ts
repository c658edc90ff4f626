// The type text-unicode, as it is registered with the sharedb client: the published type, but with
// presence, and with the text held as CodeMirror's tree instead of a string, so that a keystroke in
// a megabyte does not cost a megabyte.
import type { Text } from "@codemirror/state";
import { type as published } from "ot-text-unicode";
import { types } from "sharedb/lib/client";
import { changesFrom, textOf, type Operation } from "./operation";
import { transformPresence } from "./position";

export const textType = {
  ...published,
  deserialize: textOf,
  // The snapshot is a string where the client composes an operation into a create that it has not
  // sent yet.
  apply(snapshot: Text | string, operation: Operation): Text | string {
    published.checkOp(operation);
    if (typeof snapshot === "string") return published.apply(snapshot, operation);
    return changesFrom(operation, snapshot).apply(snapshot);
  },
  transformPresence,
};

types.register(textType);
