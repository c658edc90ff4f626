// What has been written and not yet acknowledged: since when, and how large it is.
import type { Doc, PendingOp } from "sharedb/lib/client";
import { operationBytes, operationBytesMax, operationComponentsMax } from "./limits";
import { insertedTexts, type Operation } from "./operation";

export class UnsavedTimes {
  private readonly times = new Map<number, number>();
  private next = 0;

  // Returns what to call when the edit is acknowledged, or refused.
  begin(now: number): () => void {
    const id = this.next++;
    this.times.set(id, now);
    return () => this.times.delete(id);
  }

  // When the oldest unacknowledged edit was made. Edits are acknowledged in their order.
  oldest(): number | null {
    for (const time of this.times.values()) return time;
    return null;
  }
}

// The client composes what waits into one operation. This says when the sum would pass the limits
// of a single one, so that a long time offline ends in several operations.
export class PendingSize {
  private readonly sizes = new WeakMap<PendingOp, { bytes: number; components: number }>();

  submit(doc: Doc, operation: Operation, submit: () => void): void {
    const last = doc.pendingOps.at(-1);
    const before = (last && this.sizes.get(last)) ?? { bytes: 0, components: 0 };
    const bytes = before.bytes + operationBytes(operation);
    const components = before.components + operation.length;
    const fits = bytes <= operationBytesMax && components <= operationComponentsMax;
    doc.preventCompose = !fits;
    submit();
    doc.preventCompose = false;
    const op = doc.pendingOps.at(-1);
    if (!op) return;
    const sum = { bytes, components };
    const own = { bytes: bytes - before.bytes, components: operation.length };
    this.sizes.set(op, op === last ? sum : own);
  }
}

type Edit = Operation | { data?: string };

// What has been written and is not acknowledged, in order, as it is at this moment.
export function waitingEdits(doc: Doc): Edit[] {
  const waiting = doc.inflightOp ? [doc.inflightOp, ...doc.pendingOps] : doc.pendingOps;
  return waiting.map(({ create, op }) => create ?? (Array.isArray(op) ? (op as Operation) : []));
}

export function insertedBy(edit: Edit): string[] {
  if (Array.isArray(edit)) return insertedTexts(edit);
  return edit.data ? [edit.data] : [];
}
