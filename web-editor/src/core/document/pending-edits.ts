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
  // The unacknowledged edits before the last message to the client that found any; empty if all are
  // acknowledged. While the client loads the document anew, they are nowhere else.
  private editsBefore: Edit[] = [];
  private readonly discardedTexts = new Set<{ text: string }>();

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
    const edits = this.edits();
    return insertedBy(edits.length > 0 ? edits : this.editsBefore);
  }

  // The discarded texts that nobody has taken out yet; empty if there are none.
  get discarded(): string {
    return Array.from(this.discardedTexts, ({ text }) => text).join("\n\n");
  }

  // The discarded texts as they are now, and what is to be called when somebody has taken these out,
  // or has thrown them away.
  offerDiscarded(): { text: string; forget: () => void } {
    const offered = [...this.discardedTexts];
    const forget = () => {
      for (const each of offered) this.discardedTexts.delete(each);
      this.events.onProgress();
    };
    return { text: this.discarded, forget };
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

  // Ends the wait for all edits: they are lost, and this text is discarded for them.
  giveUp(text: string, reason: string): void {
    this.editsBefore = [];
    if (text === "") return;
    this.discardedTexts.add({ text });
    this.events.onDiscarded(reason);
  }

  // Counts an edit until the returned function is called. The client calls it with an error for each
  // edit that it gives up, after it has loaded the document anew: the server has refused the
  // operation in flight, or an operation of others, such as a deletion, contradicts the edits.
  private begin(): (error?: Failure | null) => void {
    const edit = { madeAt: this.clock.now() };
    this.unacknowledged.add(edit);
    return (error) => {
      this.unacknowledged.delete(edit);
      if (error) this.giveUp(this.lostText(), reasonOf(error));
      else if (this.unacknowledged.size === 0) this.editsBefore = [];
      this.events.onProgress();
    };
  }

  // The text of the edits that the client has given up. That of a creation is not lost if somebody
  // else was first to create the document with it.
  private lostText(): string {
    const text = this.doc.type === null ? null : (this.doc.data as Text).toString();
    const isThere = (edit: Edit) => !Array.isArray(edit) && text?.includes(edit.data ?? "");
    return insertedBy(this.editsBefore.filter((edit) => !isThere(edit)));
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

// What the edits, one after the other, insert: places of the text that are apart come in lines.
function insertedBy(edits: Edit[]): string {
  const wholes: Edit[] = [];
  for (const edit of edits) {
    const last = wholes.at(-1);
    if (Array.isArray(last) && Array.isArray(edit))
      wholes[wholes.length - 1] = textType.compose(last, edit);
    else wholes.push(edit);
  }
  const texts = wholes.flatMap((edit) =>
    Array.isArray(edit) ? insertedTexts(edit) : edit.data ? [edit.data] : [],
  );
  return texts.join("\n");
}
