// One person's work on one document, without a page: the link to the server, the text, and the
// people who are here. A page shows what the session reports and tells it what its user does.
import { Link } from "./connection/link";
import { retryDelayMs } from "./connection/retry-delay";
import { SharedText, type TextEvents } from "./document/shared-text";
import type { Host } from "./host";
import type { Peer } from "./presence/peer";
import type { Person } from "./presence/person";
import type { Place } from "./presence/place";
import { PresenceChannel } from "./presence/presence-channel";
import { saveState, type SaveState } from "./save-state";
import { Timer } from "./timer";

export interface SessionOptions {
  documentName: string;
  person: Person;
  // Nothing can be written, and opening does not create the document.
  viewOnly: boolean;
  // Where the person is in the text; null before they have been in it.
  place: () => Place | null;
}

export interface SessionEvents extends TextEvents {
  // The peers may have changed.
  onPeers: () => void;
}

export class Session {
  // Changed by become() alone.
  person: Person;
  readonly text: SharedText;
  private readonly link: Link;
  private readonly presence: PresenceChannel;
  // The next attempt to follow a document on a server that was full.
  private readonly retry: Timer;

  constructor(
    private readonly host: Host,
    private readonly options: SessionOptions,
    private readonly events: SessionEvents,
  ) {
    this.person = options.person;
    this.retry = new Timer(host.clock);
    this.link = new Link(host, this.person.name, {
      onState: () => this.linkChanged(),
      onMessage: (message) => this.text.willReceive(message),
      onHistoryReplaced: () => this.text.markHistoryReplaced(),
    });
    const { connection } = this.link;
    this.text = new SharedText(connection, options.documentName, !options.viewOnly, host, {
      ...events,
      onText: (text) => {
        events.onText(text);
        this.presence.join();
      },
      onMissing: (wasDeleted) => {
        this.presence.documentGone();
        events.onMissing(wasDeleted);
      },
      onFull: (refusals) => this.retry.set(retryDelayMs(refusals), () => this.text.follow()),
    });
    this.presence = new PresenceChannel(connection, options.documentName, host, {
      value: () => this.presenceValue(),
      onPeers: () => events.onPeers(),
    });
  }

  get online(): boolean {
    return this.link.online;
  }

  // Nobody is known to be here while the connection is lost.
  peers(): Peer[] {
    return this.online ? this.presence.peers() : [];
  }

  saveState(): SaveState {
    const { text, link, host } = this;
    return saveState({
      now: host.clock.now(),
      opened: text.wasOpened,
      viewOnly: this.options.viewOnly,
      historyReplaced: text.historyReplaced,
      online: link.online,
      live: text.live,
      downSince: link.downSince,
      networkUp: host.network.isUp,
      unsavedSince: text.pending.since,
      hasDiscarded: text.pending.discarded !== "",
      deleted: text.wasOpened && text.doc.type === null,
    });
  }

  // Ends the wait for the next attempt to connect.
  retryNow(): void {
    this.link.retryNow();
  }

  // The person has changed their name or colour.
  become(person: Person): void {
    this.person = person;
    this.link.rename(person.name);
    this.presence.update();
  }

  // The person's place in the text may have changed.
  placeChanged(): void {
    this.presence.update();
  }

  private linkChanged(): void {
    this.presence.restart();
    this.events.onProgress();
  }

  private presenceValue(): object | null {
    if (!this.text.exists) return null;
    const { name, color } = this.person;
    return { ...this.options.place(), name, color };
  }
}
