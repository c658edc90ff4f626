import type { Text } from "@codemirror/state";
import { type } from "ot-text-unicode";
import { describe, expect, test } from "vitest";
import { HeldOperations } from "../src/core/document/held-operations";
import { changesFrom, textOf, type Operation } from "../src/core/document/operation";
import { Random } from "./random";

const apply = (operation: Operation, text: Text) => changesFrom(operation, text).apply(text);

function randomOperation(random: Random, text: Text): Operation {
  const characters = Array.from(text.toString());
  const at = random.below(characters.length + 1);
  const deleted = random.below(Math.min(4, characters.length - at + 1));
  const inserted = random.pick(["", "a", "\n", "\u{1f600}", "word"]);
  return type.normalize([at, inserted, { d: deleted }]) as Operation;
}

describe("held operations", () => {
  test("an edit in front of held inserts stands where it was typed, once", () => {
    const held = new HeldOperations();
    held.hold([4, "and "]);
    expect(held.pass([7, "h"])).toEqual([11, "h"]);
    expect(held.pass([8, "e"])).toEqual([12, "e"]);
    const shown = textOf("one twohe");
    expect(held.changes(shown).apply(shown).toString()).toBe("one and twohe");
  });

  test("lead from what is shown to the document, whatever is edited on either side", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed);
      const held = new HeldOperations();
      let shown = textOf("one two\nthree \u{1f600}");
      let shared = shown;
      for (let step = 0; step < 20; step++) {
        if (random.below(2) === 0) {
          const operation = randomOperation(random, shared);
          shared = apply(operation, shared);
          held.hold(operation);
        } else {
          const edit = randomOperation(random, shown);
          shown = apply(edit, shown);
          shared = apply(held.pass(edit), shared);
        }
        expect(held.changes(shown).apply(shown).toString(), `seed ${seed}`).toBe(shared.toString());
      }
    }
  });
});
