// The type text-unicode as this page registers it with the sharedb client: the published type, with
// the text held as CodeMirror's tree instead of a string, so that a keystroke in a megabyte costs
// no megabyte, and with presence.
import type { Text } from "@codemirror/state";
import { type as published } from "ot-text-unicode";
import { changesFrom, textOf, type Operation } from "./operation";
import { transformPresence } from "./position";

export const textType = {
  ...published,
  deserialize: textOf,
  // The client applies operations also to the string in a create that it has not sent yet.
  apply(snapshot: Text | string, operation: Operation): Text | string {
    published.checkOp(operation);
    if (typeof snapshot === "string") return published.apply(snapshot, operation);
    return changesFrom(operation, snapshot).apply(snapshot);
  },
  transformPresence,
};
