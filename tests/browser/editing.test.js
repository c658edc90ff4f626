import assert from "node:assert/strict";
import { it } from "node:test";
import { devices } from "playwright-core";
import { call } from "../support/client.js";
import { until } from "../support/deadline.js";
import { cowrite } from "../support/server.js";
import { suite } from "./support/suite.js";

suite("editing together", (suite) => {
  it("three tabs that type at once come to one text, the server's", async () => {
    const people = ["Ada", "Grace", "Edsger"];
    const { name, tabs } = await suite.editTogether(
      ...people.map((person, color) => ({ name: person, color })),
    );
    await tabs[0].type("Ada's line\nGrace's line\nEdsger's line");
    await Promise.all(tabs.map((tab) => tab.shows("Ada's line\nGrace's line\nEdsger's line")));
    await Promise.all(
      tabs.map(async (tab, line) => {
        await tab.goTo(line, 3);
        await tab.type(` — ${"é😀x".repeat(7)} `);
        await tab.press("Backspace", "ArrowLeft", "Backspace", "Delete");
        await tab.type("👩‍👩‍👧 done");
      }),
    );
    await Promise.all(tabs.map((tab) => tab.saved()));
    const text = await suite.cat(name);
    for (const person of people) assert.ok(text.includes(person.slice(0, 3)), text);
    assert.equal(text.match(/👩‍👩‍👧 done/gu).length, 3);
    await Promise.all(tabs.map((tab) => tab.shows(text)));
    for (const tab of tabs) assert.equal(await tab.wholeText(), text);
  });

  it("people typing at one place do not mix their words up", async () => {
    const { name, tabs } = await suite.editTogether({}, {});
    const [ada, grace] = tabs;
    const words = ["lighthouse", "seagull"];
    await Promise.all([ada.text.focus(), grace.text.focus()]);
    await Promise.all([ada.type(words[0]), grace.type(words[1])]);
    await Promise.all([ada.saved(), grace.saved()]);
    const text = await suite.cat(name);
    assert.equal(text.length, words.join("").length);
    await Promise.all([ada.shows(text), grace.shows(text)]);
    for (const word of words) {
      let at = -1;
      for (const letter of word) {
        at = text.indexOf(letter, at + 1);
        assert.notEqual(at, -1, `${word} is in order in ${text}`);
      }
    }
  });

  it("others' cursors and selections are seen, with name and colour", async () => {
    const name = suite.freshName();
    const ada = await suite.edit(name, { name: "Ada Lovelace", color: 1 });
    await ada.text.focus();
    await ada.type("one two three");
    const grace = await suite.edit(name, { name: "Grace Hopper", color: 4 });
    await grace.shows("one two three");
    const cursor = grace.page.locator(".remote-cursor[data-peer='1']");
    await cursor.getByText("Ada Lovelace").waitFor({ state: "attached" });
    await ada.press("Home", "Control+Shift+ArrowRight");
    const selection = grace.page.locator(".remote-selection[data-peer='1']");
    await selection.waitFor();
    const word = await grace.page.evaluate(() => {
      const range = document.createRange();
      const text = document.querySelector(".cm-line").firstChild;
      range.setStart(text, 0);
      range.setEnd(text, 3);
      return range.getBoundingClientRect().toJSON();
    });
    const box = await selection.boundingBox();
    assert.ok(Math.abs(box.x - word.x) < 2 && Math.abs(box.width - word.width) < 3);
    const avatar = ada.page.locator(".avatar.peer[data-peer='4']");
    assert.equal(await avatar.textContent(), "GH");
    await grace.close();
    suite.tabs.splice(suite.tabs.indexOf(grace), 1);
    await avatar.waitFor({ state: "detached" });
  });

  it("others' selections are seen in lines that run in both directions", async () => {
    const name = suite.freshName();
    const text = "left שלום\n\nשלום right";
    await (await suite.client()).create(name, text);
    const [ada, grace] = await Promise.all([suite.edit(name), suite.edit(name, { color: 3 })]);
    await grace.text.focus();
    await grace.press("Control+a");
    // All of the text is under rectangles, and each line has one.
    await ada.page.waitForFunction((lineCount) => {
      const boxes = (selector) =>
        [...document.querySelectorAll(selector)].map((node) => node.getBoundingClientRect());
      const marks = boxes(".remote-selection");
      const covers = (x, y) =>
        marks.some(
          ({ left, right, top, bottom }) => left <= x && x <= right && top <= y && y <= bottom,
        );
      const lines = [...document.querySelectorAll(".cm-line")].map((line) => {
        const range = document.createRange();
        range.selectNodeContents(line);
        return [...range.getClientRects()].every(({ left, right, top, bottom }) =>
          [0.1, 0.5, 0.9].every((part) => covers(left + (right - left) * part, (top + bottom) / 2)),
        );
      });
      return marks.length > lineCount && lines.length === lineCount && lines.every(Boolean);
    }, 3);
  });

  it("a cursor stays beside its text while others write before it", async () => {
    const name = suite.freshName();
    const ada = await suite.edit(name, { name: "Ada", color: 1 });
    await ada.text.focus();
    await ada.type("tail");
    const grace = await suite.edit(name, { name: "Grace", color: 2 });
    await grace.page.locator(".remote-cursor[data-peer='1']").waitFor({ state: "attached" });
    await grace.goTo(0, 0);
    await grace.type("😀 before the ");
    await grace.shows("😀 before the tail");
    await grace.page.waitForFunction(() => {
      const cursor = document.querySelector(".remote-cursor").getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(".cm-line"));
      return Math.abs(cursor.left - range.getBoundingClientRect().right) < 2;
    });
  });

  it("a new name reaches the others, all tabs of the person, and the history", async () => {
    const name = suite.freshName();
    const [first, grace] = await Promise.all([suite.edit(name, { name: "Ada" }), suite.edit(name)]);
    const others = await Promise.all([1, 2].map(() => first.another(`/d/${name}`)));
    suite.tabs.push(...others);
    for (const tab of others) await tab.opened();
    await first.page.locator(".avatar.self").click();
    await first.page.locator("#person-name").fill("Ada Lovelace");
    await first.page.getByLabel("Colour 7").check();
    await first.page.keyboard.press("Enter");
    for (const { page } of others)
      await page.locator(".avatar.self[data-peer='6'][title^='You: Ada Lovelace.']").waitFor();
    await grace.page
      .getByRole("button", { name: /^Ada Lovelace/ })
      .nth(2)
      .waitFor();
    await others[1].write("by me");
    assert.match(await cowrite("log", "--server", suite.server.url, name), /Ada Lovelace/);
  });

  it("cursors go on when the system's clock is set", async () => {
    const { tabs } = await suite.editTogether({ name: "Ada", color: 1 }, { name: "Grace" });
    const [ada, grace] = tabs;
    await ada.write("one two three");
    const cursor = grace.page.locator(".remote-cursor[data-peer='1']");
    await cursor.waitFor({ state: "attached" });
    for (const [hours, key] of [
      [-1, "Home"],
      [2, "End"],
      [-3, "Home"],
    ]) {
      const before = await cursor.evaluate((node) => node.getBoundingClientRect().x);
      await ada.turnClock(hours * 3_600_000);
      await ada.press(key);
      await grace.page.waitForFunction(
        (before) => document.querySelector(".remote-cursor").getBoundingClientRect().x !== before,
        before,
      );
    }
  });

  it("undo takes back one's own words and keeps the other's, redo brings them again", async () => {
    const { name, tabs } = await suite.editTogether({}, {});
    const [ada, grace] = tabs;
    await ada.text.focus();
    await ada.type("hello world");
    await grace.shows("hello world");
    await grace.goTo(0, 5);
    await grace.type(", dear");
    await ada.shows("hello, dear world");
    await ada.press("Control+z");
    await grace.shows(", dear");
    await ada.press("Control+Shift+z");
    await grace.shows("hello, dear world");
    // Grace's own history holds her words only.
    await grace.press("Control+z");
    await ada.shows("hello world");
    await grace.press("Control+z", "Control+z");
    await Promise.all([ada.saved(), grace.saved()]);
    assert.equal(await suite.cat(name), "hello world");
  });

  it("undo of a deletion puts the words back beside what came meanwhile", async () => {
    const { name, tabs } = await suite.editTogether({}, {});
    const [ada, grace] = tabs;
    await ada.text.focus();
    await ada.type("one 😀 two");
    await grace.shows("one 😀 two");
    await ada.press("Home", "Control+Shift+End", "Delete");
    await grace.shows("");
    await grace.text.focus();
    await grace.type("mine");
    await ada.shows("mine");
    await ada.press("Control+z");
    await ada.saved();
    const text = await suite.cat(name);
    assert.ok(["one 😀 twomine", "mineone 😀 two"].includes(text), text);
    await Promise.all([ada.shows(text), grace.shows(text)]);
  });

  it("pasted line ends become line feeds, and half characters go nowhere", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    await tab.text.focus();
    await tab.paste("one\r\ntwo\rthree");
    await tab.shows("one\ntwo\nthree");
    await tab.paste("\ud83d!");
    await tab.saved();
    assert.equal(await suite.cat(name), "one\ntwo\nthree!");
    await tab.shows("one\ntwo\nthree!");
  });

  it("a composition goes on while somebody else writes in other lines", async () => {
    const { name, tabs } = await suite.editTogether({}, {});
    const [ada, grace] = tabs;
    await ada.text.focus();
    await ada.type("first\nlast ");
    await grace.shows("first\nlast ");
    const input = await ada.inputMethod();
    const first = ada.page.locator(".cm-line").first();
    await input.compose("に");
    await grace.goTo(0, 0);
    await grace.type("the ");
    await first.getByText("the first").waitFor();
    await input.compose("にほ");
    await grace.type("very\n");
    await first.getByText("the very").waitFor();
    await input.compose("にほん");
    await grace.press("Backspace");
    await first.getByText("the veryfirst").waitFor();
    await input.commit("日本");
    await ada.saved();
    for (const tab of [ada, grace]) await tab.shows("the veryfirst\nlast 日本");
    assert.equal(await suite.cat(name), "the veryfirst\nlast 日本");
  });

  // What another client does to the line in which "hello" is composed behind "one two ", when "hel" is
  // there, and what the document has in the end.
  const disturbances = {
    "a word before it": [(text) => [text.indexOf("two"), "and "], "zero\none and two hello"],
    "a line break before it": [(text) => [text.indexOf("two"), "\n"], "zero\none \ntwo hello"],
    "a deletion before it": [(text) => [text.indexOf("one"), { d: 4 }], "zero\ntwo hello"],
    "the line before joined to it": [(text) => [text.indexOf("\n"), { d: 1 }], "zeroone two hello"],
    "a letter in it": [(text) => [text.indexOf("el"), "X"], "zero\none two hXello"],
    "a letter behind it": [(text) => [text.length, "X"], "zero\none two helloX"],
    "a deletion in it": [(text) => [text.indexOf("el"), { d: 1 }], "zero\none two hllo"],
    "a deletion of its line": [(text) => [5, { d: text.length - 5 }], "zero\nlo"],
    "a deletion of everything": [(text) => [{ d: text.length }], "lo"],
  };

  /** A tab and another client on one document, and what an input method does in the tab. */
  const composing = async (options) => {
    const name = suite.freshName();
    const doc = await (await suite.client()).create(name, "start");
    const tab = await suite.edit(name, options);
    await tab.text.focus();
    const input = await tab.inputMethod();
    return {
      doc,
      tab,
      input,
      /** The document has this text, and the cursor is at its end. */
      async begin(text) {
        await call(doc, "submitOp", [{ d: doc.data.length }, text]);
        await tab.shows(text);
        await tab.text.focus();
        await tab.press("Control+End");
      },
      async compose(...texts) {
        for (const text of texts) await input.compose(text);
        await until(doc, ["op"], () => doc.data.includes(texts.at(-1)), "the composition");
      },
      /** The other client's operation, which then has reached the page. */
      async disturb(operation) {
        const heard = tab.hears(JSON.stringify(operation));
        await call(doc, "submitOp", operation);
        await heard;
      },
      async ends(expected, what) {
        await tab.shows(expected);
        await until(doc, ["op"], () => doc.data === expected, what);
      },
    };
  };

  const composesDespite = async (whats, options) => {
    const { doc, input, begin, compose, disturb, ends } = await composing(options);
    for (const what of whats) {
      const [operation, expected] = disturbances[what];
      await begin("zero\none two ");
      await compose("h", "he", "hel");
      await disturb(operation(doc.data));
      for (const text of ["hell", "hello"]) await input.compose(text);
      await input.commit("hello");
      await ends(expected, what);
    }
  };

  it("a composition is there once, whatever others do to its line", () =>
    composesDespite(Object.keys(disturbances)));

  it("a composition on a phone is there once, whatever others do to its line", () =>
    composesDespite(["a word before it", "a line break before it", "a deletion of its line"], {
      context: devices["Pixel 5"],
    }));

  it("a composition may replace a selection, lose the focus, and be undone", async () => {
    const { tab, input, begin, compose, disturb, ends } = await composing();
    await begin("one two");
    await tab.press("Control+Shift+ArrowLeft");
    await compose("h", "he");
    await disturb([4, "and "]);
    await input.commit("hello");
    await ends("one and hello", "the selection is replaced");
    await tab.press("Control+z");
    await ends("one and two", "the composition is undone");
    await begin("one two ");
    await compose("h", "he");
    await disturb([4, "and "]);
    await tab.page.locator("#menu-button").focus();
    await ends("one and two he", "the focus is lost");
    await begin("");
    await compose("h", "he");
    await disturb(["X"]);
    await input.commit("hello");
    await ends("Xhello", "there was no text");
  });

  it("two people may compose in one line at once", async () => {
    const name = suite.freshName();
    const doc = await (await suite.client()).create(name, "one two ");
    const tabs = await Promise.all([suite.edit(name), suite.edit(name)]);
    const inputs = [];
    for (const [i, tab] of tabs.entries()) {
      await tab.text.focus();
      await tab.press(i === 0 ? "Home" : "End");
      inputs.push(await tab.inputMethod());
    }
    for (const count of [1, 2, 3])
      for (const [i, word] of ["ada", "grace"].entries())
        await inputs[i].compose(word.slice(0, count));
    await Promise.all([inputs[0].commit("ada "), inputs[1].commit("grace")]);
    const expected = "ada one two grace";
    await Promise.all(tabs.map((tab) => tab.shows(expected)));
    await until(doc, ["op"], () => doc.data === expected, "both words");
  });

  it("a composition that rests lets the others' words in", async () => {
    const { tab, begin, compose, disturb, ends } = await composing({ clock: true });
    await begin("one two ");
    await compose("hel");
    await disturb([4, "and "]);
    await tab.page.clock.fastForward(10_000);
    await tab.shows("one and two hel");
    await tab.type("p");
    await ends("one and two help", "typing goes on");
  });

  it("a composition that rests is not ended over and over where the focus begins another", async () => {
    const { tab, begin, compose, disturb } = await composing({ clock: true });
    await begin("one two ");
    await compose("hel");
    await tab.text.evaluate((text) =>
      text.addEventListener("focus", () => text.dispatchEvent(new Event("compositionstart"))),
    );
    await disturb([4, "and "]);
    await tab.page.clock.fastForward(10_000);
    await tab.shows("one and two hel");
  });

  it("typing over a selection of several lines replaces it", async () => {
    const tab = await suite.edit(suite.freshName());
    await tab.write("one\ntwo\nthree\nfour");
    await tab.goTo(0, 1);
    await tab.press("Shift+ArrowDown", "Shift+ArrowDown");
    await tab.type("XY");
    await tab.shows("oXYhree\nfour");
    await tab.press("Control+z");
    await tab.shows("one\ntwo\nthree\nfour");
  });

  it("a document of 300 lines that end in CRLF stays the same in two tabs", async () => {
    const name = suite.freshName();
    const client = await suite.client();
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i} of a file from elsewhere\r\n`);
    await client.create(name, lines.join(""));
    const tabs = await Promise.all([suite.edit(name), suite.edit(name)]);
    await Promise.all(
      tabs.map(async (tab, i) => {
        await tab.goTo(3 + i, 4);
        await tab.type(` (${i} was here)`);
        await tab.press("Control+End");
        await tab.type(`end ${i}\n`);
        await tab.press("Control+Home", "End", "Enter");
        await tab.type(`second ${i}`);
      }),
    );
    await Promise.all(tabs.map((tab) => tab.saved()));
    const text = await suite.cat(name);
    assert.equal(text.split("\r\n").length, 305);
    assert.equal(text.split("\n").length, 305);
    for (const tab of tabs) {
      await tab.page.waitForFunction(
        (first) => document.querySelector(".cm-content").textContent.includes(first),
        "second 1",
      );
      assert.equal(await tab.wholeText(), text);
    }
  });

  it("a CRLF is one thing to the cursor and the keys", async () => {
    const name = suite.freshName();
    const doc = await (await suite.client()).create(name, "start");
    const tab = await suite.edit(name);
    const becomes = async (keys, expected) => {
      await call(doc, "submitOp", [{ d: doc.data.length }, "ab\r\ncd\r\nef"]);
      await tab.page.waitForFunction(() => document.querySelectorAll(".cm-line").length === 3);
      await tab.text.focus();
      await tab.press("Control+Home", ...keys.split(" "));
      await until(doc, ["op"], () => doc.data === expected, `${keys}: ${expected}`);
    };
    await becomes("End Enter Y", "ab\r\nY\r\ncd\r\nef");
    await becomes("End End Y", "abY\r\ncd\r\nef");
    await becomes("ArrowDown Backspace", "abcd\r\nef");
    await becomes("ArrowDown Control+Backspace", "abcd\r\nef");
    await becomes("End Delete", "abcd\r\nef");
    await becomes("End Control+Delete", "abcd\r\nef");
    await becomes("End ArrowRight Y", "ab\r\nYcd\r\nef");
    await becomes("ArrowDown ArrowLeft Y", "abY\r\ncd\r\nef");
    await becomes("End Shift+ArrowRight Delete", "abcd\r\nef");
    await becomes("End ArrowDown Y", "ab\r\ncdY\r\nef");
    await becomes("Shift+End Y", "Y\r\ncd\r\nef");
    await becomes("ArrowDown Shift+ArrowLeft Delete", "abcd\r\nef");
    await becomes("Control+ArrowRight Y", "abY\r\ncd\r\nef");
    await becomes("Control+End Enter Y", "ab\r\ncd\r\nef\r\nY");
    await becomes("End Delete Control+z Y", "abY\r\ncd\r\nef");
  });

  it("a carriage return that ends no line is seen", async () => {
    const name = suite.freshName();
    await (await suite.client()).create(name, "a\rb\r\r\nc\r\n");
    const tab = await suite.edit(name);
    await tab.shows("a␍b␍\r\nc\r\n");
    await tab.write("x");
    assert.equal(await suite.cat(name), "xa\rb\r\r\nc\r\n");
  });

  const searchPanel = async (tab, search, replace) => {
    await tab.text.focus();
    await tab.press("Control+f");
    await tab.page.getByRole("textbox", { name: "Find" }).fill(search);
    await tab.page.getByRole("textbox", { name: "Replace" }).fill(replace);
    return (name) => tab.page.getByRole("button", { name, exact: true }).click();
  };

  it("all matches are selected, and typing replaces each of them", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    await tab.write("one two one\nthree one");
    const click = await searchPanel(tab, "one", "");
    await click("All");
    await tab.page.locator(".other-selection").nth(1).waitFor();
    await tab.type("1");
    await tab.shows("1 two 1\nthree 1");
    await tab.type("!");
    await tab.shows("1! two 1!\nthree 1!");
    await tab.press("Escape");
    await tab.page.locator(".other-cursor").first().waitFor({ state: "detached" });
    await tab.press("Control+Home");
    await tab.type(">");
    await tab.shows(">1! two 1!\nthree 1!");
    // A click with a key held selects no second place to write at.
    const start = { modifiers: ["Control"], position: { x: 1, y: 8 } };
    await tab.page.locator(".cm-line").nth(1).click(start);
    await tab.type("<");
    await tab.shows(">1! two 1!\n<three 1!");
  });

  it("a pattern that is not valid selects and replaces nothing", async () => {
    const tab = await suite.edit(suite.freshName());
    await tab.write("f(x)");
    const click = await searchPanel(tab, "(", "y");
    await tab.page.getByLabel("Pattern").check();
    await click("All");
    await click("Replace all");
    await tab.shows("f(x)");
    assert.equal(await tab.page.locator("#notice").isVisible(), false);
  });

  it("too many matches to select or to replace are refused at once", async () => {
    const name = suite.freshName();
    const doc = await (await suite.client()).create(name, "a\n".repeat(90_000));
    const tab = await suite.edit(name);
    const click = await searchPanel(tab, "a", "b");
    await click("All");
    await tab.page.getByText("There are more than 1,000 matches").waitFor();
    await click("Replace all");
    await tab.page.getByText("more than 87,381 matches").waitFor();
    await call(doc, "submitOp", [{ d: doc.data.length }, "a b".repeat(40_000)]);
    await tab.page.locator(".cm-line").getByText("a ba b").waitFor();
    await click("Replace all");
    await tab.page.getByText("too many matches in long lines").waitFor();
    await tab.write("x");
    assert.equal(await suite.cat(name), `x${"a b".repeat(40_000)}`);
  });

  it("another program's edits appear, a deletion is said, and the text can be brought back", async () => {
    const name = suite.freshName();
    const tab = await suite.edit(name);
    const client = await suite.client();
    const doc = await client.subscribe(name);
    await call(doc, "submitOp", ["from a program"]);
    await tab.shows("from a program");
    await tab.write("taken ");
    await call(doc, "del");
    await tab.page.getByText("This document was deleted").waitFor();
    await tab.page.getByRole("button", { name: "Start it again" }).dblclick();
    await tab.opened();
    await tab.text.focus();
    await tab.press("Control+End");
    await tab.type(", again");
    await tab.saved();
    assert.equal(await suite.cat(name), "taken from a program, again");
  });
});
