// Several editors of one document, without a browser: CodeMirror's state and history, the page's
// operations, the sharedb client and ShareDB's own server in one process.
import { history, redo, undo } from "@codemirror/commands";
import { EditorState, Transaction, type ChangeSpec } from "@codemirror/state";
import Backend from "sharedb";
import type { Doc } from "sharedb/lib/client";
import { describe, expect, test } from "vitest";
import { operationBytesMax } from "../src/core/document/limits";
import { changesFrom, operationFrom, textOf, type Operation } from "../src/core/document/operation";
import { SharedText } from "../src/core/document/shared-text";
import { Random } from "./random";
import { SimulatedHost } from "./simulated-host";

const pieces = ["a", "bc", "\n", "é", "\u{1f600}", "\u{1f468}\u200d\u{1f469}", "word "];

class Person {
  state = EditorState.create({ extensions: [history(), EditorState.lineSeparator.of("\n")] });
  readonly discarded: string[] = [];
  readonly shared: SharedText;

  constructor(backend: Backend, id: string) {
    const connection = backend.connect();
    connection.on("receive", ({ data }) => {
      if (data) this.shared.willReceive(data);
    });
    this.shared = new SharedText(connection, id, true, new SimulatedHost(), {
      onText: (text) => this.others({ from: 0, to: this.state.doc.length, insert: text }),
      onOpened: () => undefined,
      onOperation: (operation: Operation) => this.others(changesFrom(operation, this.state.doc)),
      onMissing: () => undefined,
      onFailure: (message) => {
        throw new Error(message);
      },
      onFull: () => undefined,
      onDiscarded: () => this.discarded.push(this.shared.pending.discarded),
      onHistoryReplaced: () => {
        throw new Error("The history was replaced");
      },
      onProgress: () => undefined,
    });
  }

  get doc(): Doc {
    return this.shared.doc;
  }

  get text(): string {
    return this.state.doc.toString();
  }

  private others(changes: ChangeSpec): void {
    const annotations = [Transaction.remote.of(true), Transaction.addToHistory.of(false)];
    this.state = this.state.update({ changes, annotations }).state;
  }

  dispatch = (transaction: Transaction): void => {
    const operation = operationFrom(transaction.changes, this.state.doc);
    this.state = transaction.state;
    if (operation.length > 0) this.shared.submit(operation);
  };

  insert(at: number, text: string): void {
    this.dispatch(this.state.update({ changes: { from: at, insert: textOf(text) } }));
  }

  act(random: Random): void {
    const characters = Array.from(this.text);
    const from = random.below(characters.length + 1);
    const to = Math.min(characters.length, from + random.below(4));
    const units = (count: number) => characters.slice(0, count).join("").length;
    const choice = random.below(8);
    if (choice === 0) undo(this);
    else if (choice === 1) redo(this);
    else {
      const insert = textOf(choice < 6 ? random.pick(pieces) : "");
      this.dispatch(
        this.state.update({
          changes: { from: units(from), to: units(choice < 4 ? from : to), insert },
        }),
      );
    }
  }

  settled(): Promise<void> {
    return new Promise((resolve) => this.doc.whenNothingPending(resolve));
  }
}

async function people(count: number): Promise<Person[]> {
  const backend = new Backend();
  const all: Person[] = [];
  for (let i = 0; i < count; i++) {
    const person = new Person(backend, "doc");
    await person.settled();
    all.push(person);
  }
  return all;
}

async function settle(all: Person[]): Promise<void> {
  // An operation reaches the others after its author's acknowledgement.
  const newest = () => Math.max(...all.map((person) => person.doc.version ?? 0));
  do {
    await Promise.all(all.map((person) => person.settled()));
    await new Promise(setImmediate);
  } while (all.some((person) => person.doc.hasPending() || person.doc.version !== newest()));
}

describe("several people", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "come to one text whatever they write, undo and redo at once (seed %i)",
    async (seed) => {
      const random = new Random(seed);
      const all = await people(3);
      for (let round = 0; round < 40; round++) {
        for (const person of all) {
          if (random.below(3) === 0) person.doc.pause();
          for (let i = random.below(4); i > 0; i--) person.act(random);
        }
        await new Promise(setImmediate);
        for (const person of all) if (random.below(2) === 0) person.doc.resume();
      }
      for (const person of all) person.doc.resume();
      await settle(all);
      const [first] = all;
      for (const person of all) {
        expect(person.text).toBe(first?.text);
        expect(String(person.doc.data)).toBe(person.text);
        expect(person.discarded).toEqual([]);
      }
    },
  );

  test("undoing everything one wrote leaves what the other wrote", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    ada.insert(0, "Ada wrote this.");
    await settle([ada, grace]);
    grace.insert(4, "and Grace \u{1f600} ");
    grace.insert(grace.text.length, " And this.");
    await settle([ada, grace]);
    while (undo(ada));
    await settle([ada, grace]);
    expect(ada.text).toBe("and Grace \u{1f600}  And this.");
    expect(grace.text).toBe(ada.text);
  });
});

describe("what is not acknowledged", () => {
  test("is counted from the first unacknowledged edit until the last acknowledgement", async () => {
    const [ada] = (await people(1)) as [Person];
    expect(ada.shared.pending.since).toBeNull();
    ada.insert(0, "one");
    const since = ada.shared.pending.since;
    expect(since).not.toBeNull();
    ada.insert(3, "two");
    expect(ada.shared.pending.since).toBe(since);
    expect(ada.shared.pending.text).toBe("onetwo");
    await settle([ada]);
    expect(ada.shared.pending.since).toBeNull();
    expect(ada.shared.pending.text).toBe("");
  });

  test("is given back, once, when the document is deleted under it", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    ada.insert(0, "kept ");
    await settle([ada, grace]);
    ada.doc.pause();
    ada.insert(5, "lost");
    grace.doc.del({}, () => undefined);
    await grace.settled();
    await new Promise(setImmediate);
    ada.doc.resume();
    await settle([ada, grace]);
    expect(ada.discarded).toEqual(["lost"]);
    expect(ada.shared.exists).toBe(false);
    expect(ada.shared.pending.since).toBeNull();
  });

  test("is given back when the document is deleted and created again under it, beside what is kept", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    for (const [i, lost] of ["one", "two"].entries()) {
      ada.doc.pause();
      ada.insert(0, lost);
      grace.doc.del({}, () => undefined);
      await grace.settled();
      await new Promise(setImmediate);
      grace.shared.create("again");
      await grace.settled();
      ada.doc.resume();
      await settle([ada, grace]);
      expect(ada.text).toBe("again");
      expect(ada.discarded[i]).toBe(i === 0 ? "one" : "one\n\ntwo");
      expect(ada.shared.isAtRisk).toBe(true);
    }
    const { pending } = ada.shared;
    const offer = pending.offerDiscarded();
    pending.giveUp("three", "a reason");
    offer.forget();
    expect(pending.discarded).toBe("three");
    pending.offerDiscarded().forget();
    expect(pending.discarded).toBe("");
    expect(ada.shared.isAtRisk).toBe(false);
  });

  test("is one text, though a part of it is in flight and the rest waits", async () => {
    const [ada] = (await people(1)) as [Person];
    ada.insert(0, "here ");
    await settle([ada]);
    ada.insert(5, "an hour of ");
    ada.doc.flush();
    ada.insert(16, "offline work");
    expect(ada.doc.inflightOp).toBeTruthy();
    expect(ada.shared.pending.text).toBe("an hour of offline work");
    await settle([ada]);
  });

  test("is not given back if somebody else created the document with the same text", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    ada.insert(0, "same");
    await settle([ada, grace]);
    grace.doc.del({}, () => undefined);
    await settle([ada, grace]);
    ada.doc.pause();
    ada.shared.create("same");
    grace.shared.create("same");
    await grace.settled();
    grace.insert(4, " and more");
    await grace.settled();
    ada.doc.resume();
    await settle([ada, grace]);
    expect(ada.discarded).toEqual([]);
    expect(ada.text).toBe("same and more");
    expect(ada.shared.isAtRisk).toBe(false);
  });

  test("is nothing once it is acknowledged, even if the document is started again twice", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    ada.insert(0, "hello");
    await settle([ada, grace]);
    grace.doc.del({}, () => undefined);
    await settle([ada, grace]);
    ada.shared.create("hello");
    ada.shared.create("hello");
    await settle([ada, grace]);
    expect(ada.discarded).toEqual([]);
    expect(ada.shared.isAtRisk).toBe(false);
    expect(grace.text).toBe("hello");
  });

  test("is never composed into an operation that is over the limit", async () => {
    const [ada, grace] = (await people(2)) as [Person, Person];
    ada.doc.pause();
    const half = "\u{1f600}".repeat(operationBytesMax / 4 / 6);
    for (let i = 0; i < 5; i++) ada.insert(0, half);
    ada.insert(0, "last");
    const sizes = ada.doc.pendingOps.map(({ op }) => JSON.stringify(op).length);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(operationBytesMax);
    ada.doc.resume();
    await settle([ada, grace]);
    expect(grace.text).toBe(`last${half.repeat(5)}`);
  });
});
