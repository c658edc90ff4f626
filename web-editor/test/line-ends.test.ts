// The editor's rules about line ends, on CodeMirror's state without a view. A "|" is the cursor.
import { history, redo, undo } from "@codemirror/commands";
import { EditorState, Transaction, type TransactionSpec } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import { textOf } from "../src/core/document/operation";
import { lineEnds } from "../src/editor/line-ends";

class Editor {
  state: EditorState;

  constructor(marked: string) {
    this.state = EditorState.create({
      doc: textOf(marked.replace("|", "")),
      selection: { anchor: Math.max(0, marked.indexOf("|")) },
      extensions: [lineEnds, history(), EditorState.lineSeparator.of("\n")],
    });
  }

  dispatch = (transaction: Transaction): void => {
    this.state = transaction.state;
  };

  update(spec: TransactionSpec): this {
    this.dispatch(this.state.update(spec));
    return this;
  }

  // Puts a text in at the cursor.
  put(text: string, userEvent = "input.paste"): this {
    return this.update({ ...this.state.replaceSelection(textOf(text)), userEvent });
  }

  // Deletes a text. REQUIRES: it is there once.
  cut(text: string, userEvent = "delete"): this {
    const from = this.state.doc.toString().indexOf(text);
    return this.update({ changes: { from, to: from + text.length }, userEvent });
  }

  get marked(): string {
    const text = this.state.doc.toString();
    const { head } = this.state.selection.main;
    return `${text.slice(0, head)}|${text.slice(head)}`;
  }
}

const edited = (marked: string) => new Editor(marked);

describe("a cursor", () => {
  test("never stands in a CRLF, however it came there", () => {
    expect(edited("|a\r\nb").update({ selection: { anchor: 2 } }).marked).toBe("a|\r\nb");
    const byOthers = {
      changes: { from: 1, insert: "\r" },
      annotations: Transaction.remote.of(true),
    };
    expect(edited("a|\nb").update(byOthers).marked).toBe("a|\r\nb");
    const selected = edited("|a\r\nb").update({ selection: { anchor: 0, head: 2 } });
    expect(selected.state.selection.main).toMatchObject({ anchor: 0, head: 1 });
  });

  test("may stand at either side of a lone carriage return", () => {
    expect(edited("|a\rb").update({ selection: { anchor: 2 } }).marked).toBe("a\r|b");
    expect(edited("|a\r\r\nb").update({ selection: { anchor: 2 } }).marked).toBe("a\r|\r\nb");
  });
});

describe("what is put in", () => {
  test("ends its lines as the line does where it is put in", () => {
    expect(edited("a|\nb").put("1\r\n2\r3\n").marked).toBe("a1\n2\n3\n|\nb");
    expect(edited("a|\r\nb").put("1\r\n2\r3\n").marked).toBe("a1\r\n2\r\n3\r\n|\r\nb");
    expect(edited("|").put("1\r\n2").marked).toBe("1\n2|");
  });

  test("ends its lines in the last one as the one before it", () => {
    expect(edited("a\r\nb|").put("1\n2").marked).toBe("a\r\nb1\r\n2|");
    expect(edited("a\nb|").put("1\r\n2").marked).toBe("a\nb1\n2|");
    expect(edited("a\nb\r\nc|\nd").put("\n").marked).toBe("a\nb\r\nc\n|\nd");
  });

  test("in a CRLF stands before it", () => {
    const between = { changes: { from: 2, insert: textOf("x\ny") } };
    expect(edited("|a\r\nb").update(between).marked).toBe("|ax\r\ny\r\nb");
  });

  test("is as it was written where line ends themselves are searched and replaced", () => {
    expect(edited("|a\r\nb").cut("\r", "input.replace.all").marked).toBe("|a\nb");
    const replaced = { changes: { from: 1, to: 3, insert: "\n" }, userEvent: "input.replace" };
    expect(edited("|a\r\nb").update(replaced).marked).toBe("|a\nb");
  });

  test("keeps the carriage returns that it had where it is moved from", () => {
    expect(edited("a|\nb").put("1\r\n2", "move.drop").marked).toBe("a1\r\n2|\nb");
  });
});

describe("a deletion", () => {
  test("of half a CRLF at a line's end deletes all of it", () => {
    expect(edited("a\r\n|b").cut("\n", "delete.backward").marked).toBe("a|b");
    expect(edited("a|\r\nb").cut("\r", "delete.forward").marked).toBe("a|b");
    expect(edited("a\r\n|\r\nb").update({ changes: { from: 2, to: 3 } }).marked).toBe("a|\r\nb");
  });

  test("up to a line's end keeps the line end", () => {
    expect(edited("a |b\r\nc").cut("b\r").marked).toBe("a |\r\nc");
    expect(edited("a\r\nb| \r\nc").cut("b \r").marked).toBe("a\r\n|\r\nc");
  });

  test("from one CRLF into another leaves one", () => {
    expect(edited("a\r\n|b\r\nc").update({ changes: { from: 2, to: 5 } }).marked).toBe("a|\r\nc");
  });

  test("of a lone carriage return deletes no line feed", () => {
    expect(edited("a\r|b\nc").cut("\r").marked).toBe("a|b\nc");
    expect(edited("a|\nb").cut("\n").marked).toBe("a|b");
  });

  test("is undone and redone in one step", () => {
    const editor = edited("a\r\n|b").cut("\n", "delete.backward");
    undo(editor);
    expect(editor.marked).toBe("a\r\n|b");
    redo(editor);
    expect(editor.marked).toBe("a|b");
    editor.put("1\n2");
    undo(editor);
    expect(editor.state.doc.toString()).toBe("ab");
  });
});
