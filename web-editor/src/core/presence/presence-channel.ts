// Tells the others who is here and at which place, and knows the same of them.
import type { Connection, Doc, LocalPresence, Presence } from "sharedb/lib/client";
import { collection } from "../document/shared-text";
import type { Host } from "../host";
import { Timer } from "../timer";
import { peerFrom, type Peer } from "./peer";

// Somebody who moves about sends no more often than this. The last place is always sent.
const sendEveryMs = 80;

export interface PresenceEvents {
  // The value to tell the others; null while there is no document.
  value: () => object | null;
  // The peers may have changed.
  onPeers: () => void;
}

export class PresenceChannel {
  private readonly doc: Doc;
  private readonly presence: Presence;
  private readonly local: LocalPresence;
  private readonly timer: Timer;
  private sentAt = 0;
  private sent = "";
  // The client holds a value that is not acknowledged, or waits until the document has nothing
  // pending. It would queue further ones.
  private waiting = false;
  private peersChanged = false;

  constructor(
    private readonly connection: Connection,
    id: string,
    private readonly host: Pick<Host, "clock" | "newId">,
    private readonly events: PresenceEvents,
  ) {
    this.timer = new Timer(host.clock);
    this.doc = connection.get(collection, id);
    this.presence = connection.getDocPresence(collection, id);
    this.presence.on("receive", () => this.announce());
    this.presence.on("error", () => undefined);
    this.local = this.presence.create(host.newId());
    this.local.on("error", () => undefined);
  }

  // Sorted by id.
  peers(): Peer[] {
    return Object.entries(this.presence.remotePresences)
      .filter(([, value]) => value !== null)
      .map(([id, value]) => peerFrom(id, value))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  // To be called when the place or the person may have changed.
  update(): void {
    if (this.timer.isSet) return;
    const dueMs = this.sentAt + sendEveryMs - this.host.clock.now();
    this.timer.set(Math.max(0, dueMs), () => this.send());
  }

  // To be called when there is a text, for the first time or another one than before. The client has
  // then forgotten everybody's place, and joining makes the others tell theirs again.
  join(): void {
    if (this.presence.wantSubscribe) this.presence.unsubscribe(() => undefined);
    this.presence.subscribe(() => undefined);
    this.restart();
  }

  // To be called when the document was deleted. The client (7.0.0) fails if it still has a place to
  // send.
  documentGone(): void {
    this.local._pendingMessages = [];
  }

  // To be called when a connection was made or lost. What was sent on another one does not count.
  restart(): void {
    this.waiting = false;
    this.sent = "";
    this.update();
    this.announce();
  }

  private send(): void {
    if (this.waiting || !this.connection.canSend) return;
    if (this.doc.hasPending()) {
      this.waiting = true;
      this.doc.whenNothingPending(() => this.settled());
      return;
    }
    const value = this.events.value();
    const encoded = JSON.stringify(value);
    if (value === null || encoded === this.sent) return;
    this.sent = encoded;
    this.sentAt = this.host.clock.now();
    this.waiting = true;
    this.local.submit(value, () => this.settled());
  }

  private settled(): void {
    this.waiting = false;
    this.update();
  }

  // Announces the changes of one turn together: a single operation moves many peers.
  private announce(): void {
    if (this.peersChanged) return;
    this.peersChanged = true;
    void Promise.resolve().then(() => {
      this.peersChanged = false;
      this.events.onPeers();
    });
  }
}
