// One document of the server as the editor works with it: its text, operations in and out, and what
// is not saved yet. It exists once it has been opened; with `create`, opening makes it exist.
import type { Text } from "@codemirror/state";
import type { Connection, Doc, Message } from "sharedb/lib/client";
import type { Operation } from "./operation";
import { textType } from "./text-type";
import { PendingSize, UnsavedTimes, insertedBy, waitingEdits } from "./unsaved";

export const collection = "docs";

const alreadyCreated = "ERR_DOC_ALREADY_CREATED";
const newerThanServer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";

export interface SharedTextEvents {
  // There is a text, or another one than before: on opening, on re-creation, after a refusal.
  onText: (text: Text) => void;
  onOperation: (operation: Operation) => void;
  // The document does not exist (any more). It may come back through onText.
  onMissing: (wasDeleted: boolean) => void;
  // It cannot be opened, or cannot be created.
  onFailure: (message: string) => void;
  // What was written here is in no document, for a reason that the server gives, and never will be.
  onDiscarded: (text: string, reason: string) => void;
  // This tab's text belongs to a history that the server no longer has: it was set back to an older
  // state. The document must be opened anew.
  onServerSetBack: () => void;
  // Something about saving may have changed.
  onProgress: () => void;
}

export class SharedText {
  readonly doc: Doc;
  private readonly times = new UnsavedTimes();
  private readonly pendingSize = new PendingSize();
  private wasOpened = false;
  private isAhead = false;

  constructor(
    connection: Connection,
    id: string,
    private readonly mayCreate: boolean,
    private readonly events: SharedTextEvents,
  ) {
    this.doc = connection.get(collection, id);
    this.doc.on("load", () => this.loaded());
    this.doc.on("create", (source) => {
      if (source !== this) this.loaded();
    });
    this.doc.on("del", () => {
      if (!this.isAhead) this.events.onMissing(true);
    });
    this.doc.on("op", (operation, source) => {
      if (source !== this && !this.isAhead) this.events.onOperation(operation as Operation);
    });
    for (const event of ["no write pending", "nothing pending"] as const)
      this.doc.on(event, () => this.events.onProgress());
    this.doc.on("error", (error) => {
      // Two tabs opened a new document at once. The client has taken the other's already.
      if (error.code !== alreadyCreated && !this.isAhead) console.error(error);
    });
    this.doc.subscribe((error) => {
      if (error && !this.isAhead) this.events.onFailure(error.message);
      this.events.onProgress();
    });
  }

  // True if there is a text to edit. While a refused edit is rolled back there is none.
  get exists(): boolean {
    return this.doc.type !== null && this.wasOpened && !this.isAhead;
  }

  // The server's history is not the one that this text belongs to.
  get wasSetBack(): boolean {
    return this.isAhead;
  }

  // Subscribed: what others write arrives.
  get live(): boolean {
    return this.doc.subscribed;
  }

  // When the oldest edit that is not acknowledged was made; null if all are.
  get unsavedSince(): number | null {
    return this.times.oldest();
  }

  unsavedText(): string {
    return waitingEdits(this.doc).flatMap(insertedBy).join("\n");
  }

  // REQUIRES: exists.
  submit(operation: Operation): void {
    const settled = this.times.begin(Date.now());
    this.pendingSize.submit(this.doc, operation, () =>
      this.doc.submitOp(operation, { source: this }, () => {
        settled();
        this.events.onProgress();
      }),
    );
    this.events.onProgress();
  }

  // Makes the document exist. The text is there to edit once the server has agreed.
  create(content: string): void {
    const settled = this.times.begin(Date.now());
    this.doc.create(content, textType.uri, { source: this }, (error) => {
      settled();
      if (!error) this.loaded();
      // If somebody else was first, the client has fetched what they made.
      else if (error.code !== alreadyCreated) this.events.onFailure(error.message);
      this.events.onProgress();
    });
  }

  // To be called with every message before the client handles it. Some make the client throw away
  // what is not acknowledged: a refusal, and what contradicts it, such as a deletion.
  willReceive(message: Message): void {
    if (message.d !== this.doc.id) return;
    const { error } = message; // The client removes it.
    if (error?.code === newerThanServer && ["op", "s", "f"].includes(message.a)) this.setBack();
    if (message.a !== "op" || this.isAhead) return;
    const waiting = waitingEdits(this.doc);
    if (waiting.length === 0) return;
    const isRefused = error !== undefined && this.doc.inflightOp !== null;
    queueMicrotask(() => {
      const all = this.doc.type === null;
      if (!all && !isRefused) return;
      const text = (all ? waiting : waiting.slice(0, 1)).flatMap(insertedBy).join("\n");
      const reason = error?.message ?? "The document was deleted or replaced.";
      if (text !== "") this.events.onDiscarded(text, reason);
    });
  }

  // From here on the text stays as it is.
  setBack(): void {
    const isNews = !this.isAhead;
    this.isAhead = true;
    if (isNews) this.events.onServerSetBack();
  }

  private loaded(): void {
    if (this.isAhead) return;
    if (this.doc.type !== null) {
      this.wasOpened = true;
      this.events.onText(this.doc.data as Text);
    } else if (this.wasOpened || !this.mayCreate) {
      this.events.onMissing(this.wasOpened);
    } else {
      this.create("");
    }
    this.events.onProgress();
  }
}
