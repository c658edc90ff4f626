// The edits made here that the server has not acknowledged: since when there are any, their text,
// and which of them are lost. The edits themselves wait in the sharedb client, which rebases them:
// one operation is in flight, and what is written meanwhile is composed into those behind it.
import type { Doc, Failure, Message, PendingOp } from "sharedb/lib/client";
import type { Clock } from "../host";
import { operationBytes, operationBytesMax, operationComponentsMax } from "./limits";
import { insertedTexts, type Operation } from "./operation";
import { textType } from "./text-type";

export interface PendingEditsEvents {
  // What is to be said about saving may have changed.
  onProgress: () => void;
  // The server will never take this text, for this reason, and the document no longer has it.
  onDiscarded: (text: string, reason: string) => void;
}

interface Size {
  bytes: number;
  components: number;
}

// What one operation of the client does: it edits, or creates the document with this text.
type Edit = Operation | { data?: string };

export class PendingEdits {
  // The unacknowledged edits, oldest first.
  private readonly unacknowledged = new Set<{ madeAt: number }>();
  private readonly sizes = new WeakMap<PendingOp, Size>();

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
      settled();
      onAnswer(error ?? null);
    });
  }

  // To be called with each message about the document before the client handles it. Two kinds of
  // message make the client discard edits: the refusal of the operation in flight, and an operation
  // that contradicts all edits, such as a deletion.
  willReceive(message: Message): void {
    if (message.a !== "op") return;
    const edits = this.edits();
    if (edits.length === 0) return;
    const { error } = message; // The client removes it.
    const isRefusal = error !== undefined && this.doc.inflightOp !== null;
    const check = () => {
      const areAllDiscarded = this.doc.type === null;
      if (!areAllDiscarded && !isRefusal) return;
      const text = insertedBy(areAllDiscarded ? edits : edits.slice(0, 1));
      const reason = error?.message ?? "The document was deleted or replaced.";
      if (text !== "") this.events.onDiscarded(text, reason);
    };
    void Promise.resolve().then(check); // After the client has handled the message.
  }

  // Counts an edit until the returned function is called.
  private begin(): () => void {
    const edit = { madeAt: this.clock.now() };
    this.unacknowledged.add(edit);
    return () => {
      this.unacknowledged.delete(edit);
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
