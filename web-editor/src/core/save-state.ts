// What is to be said about saving. "Saved" means acknowledged by the server, and nothing less.

export interface SaveFacts {
  now: number;
  // The document was loaded once. Before that there is nothing to save.
  opened: boolean;
  // Nothing can be written here.
  viewOnly: boolean;
  // The server's history was replaced: nothing is sent any more.
  historyReplaced: boolean;
  online: boolean;
  // Subscribed and up to date on this connection.
  live: boolean;
  downSince: number | null;
  networkUp: boolean;
  // When the oldest edit that is not acknowledged was made; null if all are acknowledged.
  unsavedSince: number | null;
  // There is a text that the server will never take, and that nobody has taken out of the page.
  hasDiscarded: boolean;
  // The document was deleted.
  deleted: boolean;
}

export type SaveKind =
  | "opening"
  | "saved"
  | "saving"
  | "reconnecting"
  | "offline"
  | "unsaved"
  | "discarded"
  | "deleted"
  | "history-replaced";

export interface SaveState {
  kind: SaveKind;
  label: string;
}

export const unsavedAlarmMs = 8_000;
// A shorter break is not called offline.
const reconnectingMs = 5_000;

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

function offlineLabel({ opened, viewOnly }: SaveFacts): string {
  return opened && !viewOnly ? "Offline — changes are kept here" : "Offline — trying again";
}

export function saveState(facts: SaveFacts): SaveState {
  const { now, unsavedSince, downSince } = facts;
  if (facts.historyReplaced)
    return { kind: "history-replaced", label: "Not connected: the server is older" };
  const unsavedMs = unsavedSince === null ? 0 : now - unsavedSince;
  if (unsavedMs >= unsavedAlarmMs)
    return { kind: "unsaved", label: `Unsaved for ${duration(unsavedMs)}` };
  if (facts.hasDiscarded) return { kind: "discarded", label: "Not saved" };
  if (!facts.online || !facts.live) {
    const downMs = facts.online || downSince === null ? 0 : now - downSince;
    if (!facts.networkUp || downMs >= reconnectingMs)
      return { kind: "offline", label: offlineLabel(facts) };
    return facts.opened
      ? { kind: "reconnecting", label: "Reconnecting…" }
      : { kind: "opening", label: "Opening…" };
  }
  if (unsavedSince !== null) return { kind: "saving", label: "Saving…" };
  if (facts.deleted) return { kind: "deleted", label: "Deleted" };
  return { kind: "saved", label: facts.viewOnly ? "Live" : "Saved" };
}
