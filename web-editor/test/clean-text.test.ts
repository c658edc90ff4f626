import { ChangeSet } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import { corrections, withLineFeeds } from "../src/core/document/clean-text";
import { textOf } from "../src/core/document/operation";

// The text after an edit and its corrections.
function clean(before: string, from: number, to: number, insert: string, keep = false): string {
  const changes = ChangeSet.of({ from, to, insert: textOf(insert) }, before.length);
  const result = changes.apply(textOf(before));
  const specs = corrections(changes, result, { keepCarriageReturns: keep });
  return ChangeSet.of(specs, result.length).apply(result).toString();
}

describe("what is put in", () => {
  test("ends its lines in line feeds", () => {
    expect(withLineFeeds("a\r\nb\rc\n")).toBe("a\nb\nc\n");
    expect(clean("", 0, 0, "a\r\nb\rc")).toBe("a\nb\nc");
    expect(clean("x\r\ny", 0, 1, "z\r\n")).toBe("z\n\r\ny");
  });

  test("keeps carriage returns when they were there before, as in an undo", () => {
    expect(clean("", 0, 0, "a\r\nb", true)).toBe("a\r\nb");
    expect(clean("a\r\nb", 0, 1, "x")).toBe("x\r\nb");
  });

  test("has no lone surrogates", () => {
    expect(clean("ab", 1, 1, "\ud83d")).toBe("ab");
    expect(clean("ab", 1, 1, "\ude00x\ud83d\ud83d\ude00")).toBe("ax\u{1f600}b");
  });
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
