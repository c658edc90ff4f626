// Operations of others that the document has and the view does not show yet: a change of the line in
// which somebody composes a word would break the composition.
//
//                shown
//         edit  /     \  held
//              /       \
//              \       /
//        held'  \     /  edit'
//                shared
//
// An edit made on what is shown is rewritten for the document, and what is held follows the edit.
import type { ChangeSet, Text } from "@codemirror/state";
import { type as textUnicode } from "ot-text-unicode";
import { changesFrom, type Operation } from "./operation";

export class HeldOperations {
  // Leads from the text that is shown to the document's; null if they are the same.
  private held: Operation | null = null;

  get isEmpty(): boolean {
    return this.held === null;
  }

  // Holds an operation on the document.
  hold(operation: Operation): void {
    this.held = this.held ? textUnicode.compose(this.held, operation) : operation;
  }

  // Rewrites an edit of the shown text for the document. The document's server will order it after
  // what is held, so its inserts stand left.
  pass(edit: Operation): Operation {
    if (!this.held) return edit;
    const passed = textUnicode.transform(edit, this.held, "left");
    this.held = textUnicode.transform(this.held, edit, "right");
    return passed;
  }

  // The changes that make the document's text of the shown one. REQUIRES: something is held.
  changes(shown: Text): ChangeSet {
    return changesFrom(this.held ?? [], shown);
  }

  // To be called when the view shows the document's text.
  clear(): void {
    this.held = null;
  }
}
