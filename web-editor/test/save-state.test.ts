import { describe, expect, test } from "vitest";
import { saveState, type SaveFacts } from "../src/core/save-state";

const well: SaveFacts = {
  now: 100_000,
  opened: true,
  viewOnly: false,
  historyReplaced: false,
  online: true,
  live: true,
  downSince: null,
  networkUp: true,
  unsavedSince: null,
  hasDiscarded: false,
  deleted: false,
};
const label = (facts: Partial<SaveFacts>) => saveState({ ...well, ...facts }).label;
const down = { online: false, live: false };

describe("the save state", () => {
  test("is saved only when everything is acknowledged on a live connection", () => {
    expect(label({})).toBe("Saved");
    expect(label({ unsavedSince: 99_999 })).toBe("Saving…");
    expect(label({ live: false })).toBe("Reconnecting…");
    expect(label({ ...down, downSince: 99_000 })).toBe("Reconnecting…");
  });

  test("offers no hope where the server's history was replaced", () => {
    const facts = { ...well, ...down, historyReplaced: true, unsavedSince: 1 };
    expect(saveState(facts)).toEqual({
      kind: "history-replaced",
      label: "Not connected: the server is older",
    });
  });

  test("does not claim that a text is saved which the server will never take", () => {
    expect(label({ hasDiscarded: true })).toBe("Not saved");
    expect(label({ hasDiscarded: true, deleted: true })).toBe("Not saved");
    expect(label({ hasDiscarded: true, ...down, networkUp: false })).toBe("Not saved");
    expect(label({ deleted: true })).toBe("Deleted");
  });

  test("is offline when the network is down, or the server away for five seconds", () => {
    const offline = "Offline — changes are kept here";
    expect(label({ ...down, networkUp: false, downSince: 99_999 })).toBe(offline);
    expect(label({ ...down, downSince: 95_000 })).toBe(offline);
    expect(label({ ...down, downSince: 95_001 })).toBe("Reconnecting…");
  });

  test("is an alarm from eight seconds without an acknowledgement, online or not", () => {
    expect(label({ unsavedSince: 92_001 })).toBe("Saving…");
    expect(saveState({ ...well, unsavedSince: 92_000 })).toEqual({
      kind: "unsaved",
      label: "Unsaved for 8 s",
    });
    expect(label({ ...down, downSince: 0, unsavedSince: 60_000 })).toBe("Unsaved for 40 s");
    expect(label({ now: 1_000_000, unsavedSince: 0 })).toBe("Unsaved for 16 min");
  });

  test("promises nothing before there is a document, and to those who only read", () => {
    expect(label({ opened: false, live: false })).toBe("Opening…");
    expect(label({ ...down, opened: false, downSince: 0 })).toBe("Offline — trying again");
    expect(label({ viewOnly: true })).toBe("Live");
    expect(label({ ...down, viewOnly: true, downSince: 0 })).toBe("Offline — trying again");
  });
});
