// Who else is here and where, and telling them where we are.
import type { Connection, Doc, LocalPresence, Presence } from "sharedb/lib/client";
import { cleanColor, cleanName, type Person } from "../common/person";
import { collection } from "../document/shared-text";

export interface Place {
  index: number; // Code points before the selection.
  length: number;
  backward: boolean; // The cursor is at the selection's start.
}

export interface Peer extends Person {
  id: string;
  // Null for somebody who has not been in the text yet.
  place: Place | null;
}

// Moving about sends at most this often; the last place always goes out.
const sendEveryMs = 80;

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

// A peer out of a presence value, which may hold anything.
export function peerFrom(id: string, value: unknown): Peer {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const index = typeof value === "number" ? value : fields["index"];
  const length = fields["length"] ?? 0;
  return {
    id,
    name: cleanName(fields["name"]) ?? "Anonymous",
    color: cleanColor(fields["color"]),
    place:
      isCount(index) && isCount(length)
        ? { index, length, backward: fields["backward"] === true }
        : null,
  };
}

export class PresenceChannel {
  private readonly doc: Doc;
  private readonly presence: Presence;
  private readonly local: LocalPresence;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sentAt = 0;
  private sent = "";
  // A value was handed to the client and not acknowledged, or waits until the document has nothing
  // pending. (The client would queue several.)
  private waiting = false;
  private changesAreAnnounced = false;

  constructor(
    private readonly connection: Connection,
    id: string,
    // What to tell the others; null while there is no document.
    private readonly current: () => object | null,
    private readonly onPeers: () => void,
  ) {
    this.doc = connection.get(collection, id);
    this.presence = connection.getDocPresence(collection, id);
    this.presence.on("receive", () => this.announce());
    this.presence.on("error", () => undefined);
    this.local = this.presence.create(crypto.getRandomValues(new Uint32Array(4)).join("-"));
    this.local.on("error", () => undefined);
  }

  peers(): Peer[] {
    return Object.entries(this.presence.remotePresences)
      .filter(([, value]) => value !== null)
      .map(([id, value]) => peerFrom(id, value))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  // The place or the person may have changed.
  update(): void {
    this.timer ??= setTimeout(
      () => this.send(),
      Math.max(0, this.sentAt + sendEveryMs - Date.now()),
    );
  }

  // There is a text, for the first time or another one than before. The client has then forgotten
  // everybody's place, so joining comes after it; and joining makes everybody tell theirs again.
  join(): void {
    if (this.presence.wantSubscribe) this.presence.unsubscribe(() => undefined);
    this.presence.subscribe(() => undefined);
    this.restart();
  }

  // The document was deleted. The client (7.0.0) fails if then a place waits to be sent.
  documentGone(): void {
    this.local._pendingMessages = [];
  }

  // A connection was made or lost: nothing sent on another one counts.
  restart(): void {
    this.waiting = false;
    this.sent = "";
    this.update();
    this.announce();
  }

  private send(): void {
    this.timer = undefined;
    if (this.waiting || !this.connection.canSend) return;
    if (this.doc.hasPending()) {
      this.waiting = true;
      this.doc.whenNothingPending(() => this.settled());
      return;
    }
    const value = this.current();
    const encoded = JSON.stringify(value);
    if (value === null || encoded === this.sent) return;
    this.sent = encoded;
    this.sentAt = Date.now();
    this.waiting = true;
    this.local.submit(value, () => this.settled());
  }

  private settled(): void {
    this.waiting = false;
    this.update();
  }

  // One operation moves many; they are announced together.
  private announce(): void {
    if (this.changesAreAnnounced) return;
    this.changesAreAnnounced = true;
    queueMicrotask(() => {
      this.changesAreAnnounced = false;
      this.onPeers();
    });
  }
}
