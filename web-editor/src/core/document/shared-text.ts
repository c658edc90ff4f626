// One document of the server as an editor works with it: its text, and operations in and out. The
// document exists once it has been opened; if this text may be written, opening makes it exist.
import type { Text } from "@codemirror/state";
import type { Connection, Doc, Failure, Message } from "sharedb/lib/client";
import type { Host } from "../host";
import type { Operation } from "./operation";
import { PendingEdits, type PendingEditsEvents } from "./pending-edits";

export const collection = "docs";

const alreadyCreated = "ERR_DOC_ALREADY_CREATED";
const serverIsFull = "ERR_TOO_MANY_SUBSCRIPTIONS";
const newerThanServer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";

// Why nothing more is sent once the history was replaced.
export const olderHistory =
  "The server has an older history of this document than this tab: it was restored from a backup, or its data was replaced. This tab keeps its text: copy it, or download it.";

export interface TextEvents extends PendingEditsEvents {
  // There is a text, or another one than before: on opening, on re-creation, after a refusal.
  onText: (text: Text) => void;
  // There is a text for the first time. Follows onText.
  onOpened: () => void;
  // Somebody else's operation, on the text as it is here.
  onOperation: (operation: Operation) => void;
  // The document does not exist, or was deleted. It may come back through onText.
  onMissing: (wasDeleted: boolean) => void;
  // The document cannot be opened, or cannot be created. If the server is full it may be opened
  // later.
  onFailure: (message: string) => void;
  // The server was restored from a backup, or its data was replaced, and its history is no longer
  // the one that this text belongs to. From here on the text stays as it is.
  onHistoryReplaced: () => void;
}

export interface SharedTextEvents extends TextEvents {
  // The server has refused so many times in a row to let the document be followed, since it is full.
  // It has room later, and then follow() is to be called. Nothing that is written waits for it.
  onFull: (refusals: number) => void;
}

export class SharedText {
  readonly doc: Doc;
  readonly pending: PendingEdits;
  // There was a text once.
  wasOpened = false;
  // The server's history is no longer the one that this text belongs to.
  historyReplaced = false;
  private refusals = 0;

  constructor(
    connection: Connection,
    id: string,
    private readonly mayWrite: boolean,
    private readonly host: Pick<Host, "clock" | "report">,
    private readonly events: SharedTextEvents,
  ) {
    this.doc = connection.get(collection, id);
    this.pending = new PendingEdits(this.doc, host.clock, events);
    this.listen();
    this.follow();
  }

  // True if there is a text to edit. While a refused edit is rolled back there is none.
  get exists(): boolean {
    return this.doc.type !== null && this.wasOpened && !this.historyReplaced;
  }

  // Subscribed: what others write arrives.
  get live(): boolean {
    return this.doc.subscribed;
  }

  // Text would be lost if this page ended now.
  get isAtRisk(): boolean {
    const { since, discarded } = this.pending;
    return discarded !== "" || (since !== null && !this.historyReplaced);
  }

  // Has the server send what others write, if it does not.
  follow(): void {
    if (this.live) return;
    this.doc.subscribe((error) => {
      if (!error) this.refusals = 0;
      else if (!(this.refusedAsFull(error) && this.wasOpened) && !this.historyReplaced)
        this.events.onFailure(error.message);
      this.events.onProgress();
    });
  }

  // REQUIRES: exists.
  submit(operation: Operation): void {
    this.pending.submit(operation);
  }

  // Makes the document exist if it does not. The text is there to edit once the server has agreed.
  create(content: string): void {
    if (this.doc.type !== null) return;
    this.pending.create(content, (error) => {
      if (!error) this.loaded();
      // If somebody else was first, the client has fetched what they made.
      else if (error.code !== alreadyCreated) this.events.onFailure(error.message);
      this.events.onProgress();
    });
  }

  // To be called with every message before the client handles it.
  willReceive(message: Message): void {
    if (message.d !== this.doc.id) return;
    const isNewer = message.error?.code === newerThanServer;
    if (isNewer && ["op", "s", "f"].includes(message.a)) this.markHistoryReplaced();
    if (!this.historyReplaced) this.pending.willReceive(message);
  }

  markHistoryReplaced(): void {
    if (this.historyReplaced) return;
    this.historyReplaced = true;
    this.events.onHistoryReplaced();
    // Nothing of a reader's is lost.
    if (!this.mayWrite) return;
    const { doc, pending } = this;
    pending.giveUp(doc.type === null ? pending.text : (doc.data as Text).toString(), olderHistory);
  }

  private refusedAsFull({ code }: Failure): boolean {
    if (code !== serverIsFull) return false;
    this.events.onFull(++this.refusals);
    return true;
  }

  private listen(): void {
    const { doc, events, pending } = this;
    doc.on("load", () => this.loaded());
    doc.on("create", (source) => {
      if (!pending.isOwn(source)) this.loaded();
    });
    doc.on("del", () => {
      if (!this.historyReplaced) events.onMissing(true);
    });
    doc.on("op", (operation, source) => {
      if (!pending.isOwn(source) && !this.historyReplaced)
        events.onOperation(operation as Operation);
    });
    for (const event of ["no write pending", "nothing pending"] as const)
      doc.on(event, () => events.onProgress());
    doc.on("error", (error) => {
      // The connection was lost, and on the new one there is no room.
      if (this.refusedAsFull(error)) return;
      // Two tabs opened a new document at once. The client already has what the other made.
      if (error.code !== alreadyCreated && !this.historyReplaced) this.host.report(error);
    });
  }

  private loaded(): void {
    if (this.historyReplaced) return;
    if (this.doc.type !== null) {
      const isFirst = !this.wasOpened;
      this.wasOpened = true;
      this.events.onText(this.doc.data as Text);
      if (isFirst) this.events.onOpened();
    } else if (this.wasOpened || !this.mayWrite) {
      this.events.onMissing(this.wasOpened);
    } else {
      this.create("");
    }
    this.events.onProgress();
  }
}
