import { ChangeSet, EditorState, Text, type ChangeSpec } from "@codemirror/state";
import { type } from "ot-text-unicode";
import { describe, expect, test } from "vitest";
import { codePointOffset, codePoints, utf16Offset } from "../src/core/document/code-points";
import { changesFrom, operationFrom, textOf, type Operation } from "../src/core/document/operation";
import { textType } from "../src/core/document/text-type";
import { Random } from "./random";

const alphabet = [
  "a",
  "b",
  "é",
  "\n",
  "\r",
  "€",
  "\u{1f600}",
  "\u{1f468}\u200d\u{1f469}",
  "\u0000",
];

function randomText(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(alphabet)).join("");
}

// An offset that does not cut a pair.
function randomOffset(random: Random, text: Text): number {
  return utf16Offset(text, random.below(codePoints(text) + 1));
}

function randomChanges(random: Random, text: Text): ChangeSet {
  const specs: ChangeSpec[] = [];
  for (let i = random.below(4); i >= 0; i--) {
    const [a, b] = [randomOffset(random, text), randomOffset(random, text)];
    specs.push({
      from: Math.min(a, b),
      to: random.below(3) === 0 ? Math.max(a, b) : Math.min(a, b),
      insert: textOf(randomText(random, random.below(4))),
    });
  }
  return specs.reduce<ChangeSet>((all, spec) => {
    const next = ChangeSet.of(spec, text.length).map(all);
    return all.compose(next);
  }, ChangeSet.empty(text.length));
}

function randomOperation(random: Random, text: string): Operation {
  const operation: Operation = [];
  let left = Array.from(text).length;
  while (left > 0 && random.below(6) > 0) {
    const some = 1 + random.below(Math.min(left, 20));
    switch (random.below(3)) {
      case 0:
        operation.push(some);
        left -= some;
        break;
      case 1:
        operation.push(randomText(random, 1 + random.below(3)));
        break;
      default:
        operation.push({ d: some });
        left -= some;
    }
  }
  return type.normalize(operation) as Operation;
}

describe("code points", () => {
  test("offsets convert both ways at every place of a text", () => {
    const random = new Random(1);
    for (let round = 0; round < 30; round++) {
      const content = randomText(random, random.below(400));
      const text = textOf(content);
      let units = 0;
      let count = 0;
      for (const character of content) {
        expect(codePointOffset(text, units)).toBe(count);
        expect(utf16Offset(text, count)).toBe(units);
        units += character.length;
        count++;
      }
      expect(codePoints(text)).toBe(count);
      expect(utf16Offset(text, count)).toBe(text.length);
    }
  });

  test("counts stay right while a text of many leaves is edited", () => {
    const random = new Random(2);
    let text = textOf(randomText(random, 5_000));
    for (let round = 0; round < 300; round++) {
      text = randomChanges(random, text).apply(text);
      expect(codePoints(text)).toBe(Array.from(text.toString()).length);
    }
  });
});

describe("operations", () => {
  test("an operation does what the changes do", () => {
    const random = new Random(3);
    for (let round = 0; round < 2_000; round++) {
      const content = randomText(random, random.below(60));
      const text = textOf(content);
      const changes = randomChanges(random, text);
      const operation = operationFrom(changes, text);
      expect(type.apply(content, operation)).toBe(changes.apply(text).toString());
    }
  });

  test("changes do what the operation does, also in a text of many leaves", () => {
    const random = new Random(4);
    for (let round = 0; round < 500; round++) {
      const content = randomText(random, random.below(600));
      const operation = randomOperation(random, content);
      const text = textOf(content);
      expect(changesFrom(operation, text).apply(text).toString()).toBe(
        type.apply(content, operation),
      );
    }
  });

  test("a change inside a surrogate pair becomes one of the whole character", () => {
    const text = textOf("a\u{1f600}b"); // D83D DE00
    const low = ChangeSet.of({ from: 2, to: 3, insert: "\ude01" }, 4);
    expect(operationFrom(low, text)).toEqual([1, "\u{1f601}", { d: 1 }]);
    const high = ChangeSet.of({ from: 1, to: 2, insert: "\ud83e" }, 4);
    expect(operationFrom(high, text)).toEqual([1, "\u{1fa00}", { d: 1 }]);
    const both = ChangeSet.of(
      [
        { from: 1, to: 2, insert: "\ud83e" },
        { from: 3, to: 4 },
      ],
      4,
    );
    expect(type.apply("a\u{1f600}b", operationFrom(both, text))).toBe("a\u{1fa00}");
  });

  test("several changes of one transaction are one operation", () => {
    const state = EditorState.create({ doc: textOf("one two three") });
    const transaction = state.update({
      changes: [
        { from: 0, to: 3, insert: "1" },
        { from: 4, to: 7, insert: "2" },
        { from: 13, insert: "!" },
      ],
    });
    expect(operationFrom(transaction.changes, state.doc)).toEqual([
      "1",
      { d: 3 },
      1,
      "2",
      { d: 3 },
      6,
      "!",
    ]);
  });

  test("a carriage return is a character, not a line break", () => {
    const text = textOf("a\r\nb");
    expect(text.lines).toBe(2);
    expect(text.length).toBe(4);
    const changes = changesFrom([2, "x\r\ny"], text);
    expect(changes.apply(text).toString()).toBe("a\rx\r\ny\nb");
  });

  test("a deletion past the end stops there, a skip past the end is an error", () => {
    const text = textOf("abc");
    expect(
      changesFrom([1, { d: 9 }], text)
        .apply(text)
        .toString(),
    ).toBe("a");
    expect(() => changesFrom([4, "x"], text)).toThrow(RangeError);
  });

  test("the registered type equals the published one, on trees and on strings", () => {
    const random = new Random(5);
    for (let round = 0; round < 500; round++) {
      const content = randomText(random, random.below(100));
      const operation = randomOperation(random, content);
      const expected = type.apply(content, operation);
      expect(textType.apply(textType.deserialize(content), operation).toString()).toBe(expected);
      expect(textType.apply(content, operation)).toBe(expected);
    }
  });
});
