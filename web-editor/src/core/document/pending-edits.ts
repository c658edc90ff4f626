// The edits made here that the server has not acknowledged: since when there are any, their text,
// and which of them are discarded. The edits themselves wait in the sharedb client, which rebases
// them: one operation is in flight, and what is written meanwhile is composed into those behind it.
import type { Text } from "@codemirror/state";
import type { Doc, Failure, Message, PendingOp } from "sharedb/lib/client";
import type { Clock } from "../host";
import { operationBytes, operationBytesMax, operationComponentsMax } from "./limits";
import { insertedTexts, type Operation } from "./operation";
import { textType } from "./text-type";

export interface PendingEditsEvents {
  // What is to be said about saving may have changed.
  onProgress: () => void;
  // The server will never take a text, for this reason, and the document does not have it. It is
  // among the discarded texts until somebody has taken it out.
  onDiscarded: (reason: string) => void;
}

interface Size {
  bytes: number;
  components: number;
}

// What one operation of the client does: it edits, or creates the document with this text.
type Edit = Operation | { data?: string };

const documentGone = ["ERR_DOC_WAS_DELETED", "ERR_DOC_ALREADY_CREATED"];

function reasonOf(error: Failure): string {
  return documentGone.includes(error.code ?? "")
    ? "The document was deleted or replaced before this text reached the server."
    : `The server refused this text: ${error.message}.`;
}

export class PendingEdits {
  // The unacknowledged edits, oldest first.
  private readonly unacknowledged = new Set<{ madeAt: number }>();
  private readonly sizes = new WeakMap<PendingOp, Size>();
  // The unacknowledged edits before the last message to the client that found any.
  private editsBefore: Edit[] = [];
  private readonly discardedTexts: string[] = [];

  constructor(
    private readonly doc: Doc,
    private readonly clock: Clock,
    private readonly events: PendingEditsEvents,
  ) {}

  // When the oldest unacknowledged edit was made; null if all are acknowledged.
  get since(): number | null {
    const [oldest] = this.unacknowledged;
    return oldest?.madeAt ?? null;
  }

  // The text that the unacknowledged edits insert.
  get text(): string {
    return insertedBy(this.edits());
  }

  // The discarded texts that nobody has taken out yet; empty if there are none.
  get discarded(): string {
    return this.discardedTexts.join("\n\n");
  }

  // To be called when somebody has taken out the discarded texts, or has thrown them away.
  forgetDiscarded(): void {
    this.discardedTexts.length = 0;
    this.events.onProgress();
  }

  discard(text: string, reason: string): void {
    if (text === "") return;
    this.discardedTexts.push(text);
    this.events.onDiscarded(reason);
  }

  // Whether an event of the document with this source is about an edit that was made here.
  isOwn(source: unknown): boolean {
    return source === this;
  }

  // REQUIRES: the document exists.
  submit(operation: Operation): void {
    const settled = this.begin();
    this.composeWithinLimits(operation, () =>
      this.doc.submitOp(operation, { source: this }, settled),
    );
    this.events.onProgress();
  }

  // Creates the document. REQUIRES: it does not exist.
  create(content: string, onAnswer: (error: Failure | null) => void): void {
    const settled = this.begin();
    this.doc.create(content, textType.uri, { source: this }, (error) => {
      settled(error);
      onAnswer(error ?? null);
    });
  }

  // To be called with each message about the document before the client handles it.
  willReceive(message: Message): void {
    const edits = message.a === "op" ? this.edits() : [];
    if (edits.length > 0) this.editsBefore = edits;
  }

  // To be called when the client has given all edits up. The text of a creation is not lost if
  // somebody else was first to create the document with that text.
  giveUp(reason: string): void {
    const edits = this.editsBefore.splice(0);
    const text = this.doc.type === null ? null : (this.doc.data as Text).toString();
    const isThere = (edit: Edit) => !Array.isArray(edit) && text?.includes(edit.data ?? "");
    this.discard(insertedBy(edits.filter((edit) => !isThere(edit))), reason);
  }

  // Counts an edit until the returned function is called. The client calls it with an error for each
  // edit that it gives up, after it has loaded the document anew: the server has refused the
  // operation in flight, or an operation of others, such as a deletion, contradicts the edits.
  private begin(): (error?: Failure | null) => void {
    const edit = { madeAt: this.clock.now() };
    this.unacknowledged.add(edit);
    return (error) => {
      this.unacknowledged.delete(edit);
      if (error) this.giveUp(reasonOf(error));
      this.events.onProgress();
    };
  }

  // Lets the client compose the operation into the last waiting one only if their sum is within the
  // limits of a single operation. A long time offline thus ends in several operations.
  private composeWithinLimits(operation: Operation, submit: () => void): void {
    const last = this.doc.pendingOps.at(-1);
    const before = (last && this.sizes.get(last)) ?? { bytes: 0, components: 0 };
    const own = { bytes: operationBytes(operation), components: operation.length };
    const sum = {
      bytes: before.bytes + own.bytes,
      components: before.components + own.components,
    };
    this.doc.preventCompose =
      sum.bytes > operationBytesMax || sum.components > operationComponentsMax;
    submit();
    this.doc.preventCompose = false;
    const waiting = this.doc.pendingOps.at(-1);
    if (waiting) this.sizes.set(waiting, waiting === last ? sum : own);
  }

  // In order, as they are now: rebasing or refusing an edit makes the client replace it.
  private edits(): Edit[] {
    const { inflightOp, pendingOps } = this.doc;
    const operations = inflightOp ? [inflightOp, ...pendingOps] : pendingOps;
    return operations.map(
      ({ create, op }) => create ?? ((Array.isArray(op) ? op : []) as Operation),
    );
  }
}

function insertedBy(edits: Edit[]): string {
  const texts = edits.flatMap((edit) =>
    Array.isArray(edit) ? insertedTexts(edit) : edit.data ? [edit.data] : [],
  );
  return texts.join("\n");
}
