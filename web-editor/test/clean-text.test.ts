import { ChangeSet } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import { corrections } from "../src/core/document/clean-text";
import { textOf } from "../src/core/document/operation";

// The text after an edit and its corrections.
function clean(before: string, from: number, to: number, insert: string): string {
  const changes = ChangeSet.of({ from, to, insert: textOf(insert) }, before.length);
  const result = changes.apply(textOf(before));
  return ChangeSet.of(corrections(changes, result), result.length).apply(result).toString();
}

test("what is put in has no lone surrogates", () => {
  expect(clean("ab", 1, 1, "\ud83d")).toBe("ab");
  expect(clean("ab", 1, 1, "\ude00x\ud83d\ud83d\ude00")).toBe("ax\u{1f600}b");
});

describe("a deletion", () => {
  test("of half a character deletes all of it", () => {
    expect(clean("a\u{1f600}b", 1, 2, "")).toBe("ab");
    expect(clean("a\u{1f600}b", 2, 3, "")).toBe("ab");
    expect(clean("\u{1f600}\u{1f600}", 1, 3, "")).toBe("\u{1f600}");
    expect(clean("a\u{1f600}\u{1f600}b", 2, 5, "")).toBe("ab");
  });

  test("beside whole characters leaves them", () => {
    expect(clean("\u{1f600}x\u{1f600}", 2, 3, "")).toBe("\u{1f600}\u{1f600}");
  });
});
