// Whole sessions without a browser: a simulated host, and ShareDB's own server or a server that the
// test plays by hand.
import { Duplex } from "node:stream";
import type { Text } from "@codemirror/state";
import Backend from "sharedb";
import { describe, expect, test } from "vitest";
import { changesFrom } from "../src/core/document/operation";
import type { Connect } from "../src/core/host";
import type { Place } from "../src/core/presence/place";
import { textType } from "../src/core/document/text-type";
import { Session } from "../src/core/session";
import { SimulatedHost } from "./simulated-host";

// Connections to ShareDB's server.
const toBackend =
  (backend: Backend): Connect =>
  ({ onOpen, onMessage, onClose }) => {
    const stream = new Duplex({
      objectMode: true,
      read: () => undefined,
      write: (message: unknown, _encoding, done) => {
        if (!stream.destroyed) onMessage(JSON.stringify(message));
        done();
      },
    });
    stream.on("end", onClose);
    setImmediate(() => {
      backend.listen(stream);
      onOpen();
    });
    return {
      send: (message) => stream.push(JSON.parse(message)),
      close: () => {
        stream.removeAllListeners("end");
        stream.destroy();
      },
    };
  };

// The name of ShareDB's default type, which is part of a handshake.
const jsonType = "http://sharejs.org/types/JSONv0";

// A server that says nothing but what the test lets it say.
const byHand: { say: (message: object) => void; server: Connect } = {
  say: () => undefined,
  server: ({ onOpen, onMessage }) => {
    byHand.say = (message) => onMessage(JSON.stringify(message));
    queueMicrotask(onOpen);
    return { send: () => undefined, close: () => undefined };
  },
};

function handshake(history: string): void {
  byHand.say({
    a: "hs",
    protocol: 1,
    protocolMinor: 2,
    type: jsonType,
    id: "x",
    "x-history": history,
  });
}

// Says something about the document.
const sayOf = (a: string, more: object) => byHand.say({ a, c: "docs", d: "doc", ...more });
const snapshot = { v: 7, type: textType.uri, data: "saved" };
const serverIsBehind = { code: "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT", message: "newer" };

// A writer whose document the server by hand has opened.
async function opened(viewOnly: boolean): Promise<Writer> {
  const writer = new Writer("Ada", byHand.server, viewOnly);
  await Promise.resolve();
  handshake("same");
  sayOf("s", { data: snapshot });
  return writer;
}

class Writer {
  readonly host = new SimulatedHost();
  readonly events: string[] = [];
  text: Text | null = null;
  place: Place | null = null;
  readonly session: Session;

  constructor(name: string, server: Connect, viewOnly = false) {
    this.host.server = server;
    const options = {
      documentName: "doc",
      person: { name, color: 1 },
      viewOnly,
      place: () => this.place,
    };
    this.session = new Session(this.host, options, {
      onText: (text) => (this.text = text),
      onOpened: () => this.events.push("opened"),
      onOperation: (operation) => {
        if (this.text) this.text = changesFrom(operation, this.text).apply(this.text);
      },
      onMissing: () => this.events.push("missing"),
      onFailure: (message) => this.events.push(message),
      onDiscarded: () => this.events.push(`discarded ${this.session.text.pending.discarded}`),
      onHistoryReplaced: () => this.events.push("history replaced"),
      onProgress: () => undefined,
      onPeers: () => undefined,
    });
  }

  get label(): string {
    return this.session.saveState().label;
  }

  append(text: string): void {
    if (!this.text) throw new Error("There is no text");
    const { length } = this.text;
    const operation = length > 0 ? [length, text] : [text];
    this.text = changesFrom(operation, this.text).apply(this.text);
    this.session.text.submit(operation);
  }
}

// Lets time pass until the condition holds.
async function until(writers: Writer[], condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === 1_000) throw new Error("It does not come to that");
    for (const { host } of writers) host.advance(100);
    await new Promise(setImmediate);
  }
}

const isSaved = ({ label }: Writer) => label === "Saved";

describe("a session", () => {
  test("creates its document, survives a break, and sends what was written meanwhile once", async () => {
    const server = toBackend(new Backend({ presence: true }));
    const [ada, grace] = [new Writer("Ada", server), new Writer("Grace", server)];
    const both = [ada, grace];
    expect(ada.label).toBe("Opening…");
    await until(both, () => both.every(isSaved));
    ada.append("one");
    expect(ada.label).toBe("Saving…");
    await until(both, () => both.every(isSaved) && grace.text?.toString() === "one");
    ada.host.cut();
    ada.append(" two");
    expect(ada.label).toBe("Reconnecting…");
    expect(ada.session.text.pending.text).toBe(" two");
    await until(both, () => both.every(isSaved) && grace.text?.toString() === "one two");
    expect(ada.text?.toString()).toBe("one two");
    expect([...ada.events, ...grace.events]).toEqual(["opened", "opened"]);
    expect([...ada.host.reported, ...grace.host.reported]).toEqual([]);
  });

  test("shows people to each other, and nobody while it is offline", async () => {
    const server = toBackend(new Backend({ presence: true }));
    const [ada, grace] = [new Writer("Ada", server), new Writer("Grace", server)];
    const both = [ada, grace];
    await until(both, () => both.every(isSaved));
    ada.append("one");
    ada.place = { index: 1, length: 2, backward: true };
    ada.session.placeChanged();
    await until(both, () => Boolean(grace.session.peers()[0]?.place));
    expect(grace.session.peers()).toMatchObject([{ name: "Ada", place: ada.place }]);
    ada.session.become({ name: "Countess", color: 3 });
    await until(both, () => grace.session.peers()[0]?.name === "Countess");
    grace.host.cut();
    expect(grace.session.peers()).toEqual([]);
  });

  test("goes no further with a server whose history was replaced", async () => {
    const ada = new Writer("Ada", byHand.server);
    const actions = () =>
      ada.host.sent.splice(0).map((sent) => (JSON.parse(sent) as { a: string }).a);
    await Promise.resolve();
    handshake("old");
    expect(actions()).toEqual(["x-name", "hs", "s"]);
    ada.host.cut();
    ada.host.wake();
    await Promise.resolve();
    handshake("new");
    handshake("old");
    ada.host.advance(60_000);
    await Promise.resolve();
    handshake("old");
    expect(ada.events).toEqual(["history replaced"]);
    expect(ada.label).toBe("Not connected: the server is older");
    expect(new Set(actions())).toEqual(new Set(["x-name", "hs"]));
  });

  test("gives the whole text back, once, if the server has lost a part of its history", async () => {
    const ada = await opened(false);
    ada.append(" acknowledged");
    await new Promise(setImmediate);
    ada.append(" unsaved");
    sayOf("op", { v: 7, src: "x", seq: 1 });
    await new Promise(setImmediate);
    sayOf("op", { v: 8, src: "x", seq: 2, error: serverIsBehind });
    sayOf("f", { data: { ...snapshot, v: 3, data: "old" } });
    const all = "saved acknowledged unsaved";
    expect(ada.events).toEqual(["opened", "history replaced", `discarded ${all}`]);
    expect(ada.text?.toString()).toBe(all);
  });

  test("asks a reader to keep nothing if the server has lost a part of its history", async () => {
    const reader = await opened(true);
    reader.host.cut();
    reader.host.wake();
    await Promise.resolve();
    handshake("same");
    sayOf("s", { error: serverIsBehind });
    expect(reader.events).toEqual(["opened", "history replaced"]);
    expect(reader.session.text.isAtRisk).toBe(false);
    expect(reader.text?.toString()).toBe("saved");
  });

  test("has the unsaved text also while a refused edit is taken back", async () => {
    const ada = await opened(false);
    // The client cannot take a deletion back without the server.
    ada.session.text.submit(["refused", { d: 5 }]);
    await new Promise(setImmediate);
    sayOf("op", { v: 7, src: "x", seq: 1, error: { code: "ERR_TEST", message: "no" } });
    ada.host.cut();
    expect(ada.session.text.pending.text).toBe("refused");
    expect(ada.session.text.isAtRisk).toBe(true);
  });

  test("asks again for what a full server has refused, on opening and on coming back", async () => {
    const refusal = { error: { code: "ERR_TOO_MANY_SUBSCRIPTIONS", message: "full" } };
    const asked = ({ sent }: SimulatedHost) =>
      sent.filter((message) => (JSON.parse(message) as { a: string }).a === "s").length;
    const ada = new Writer("Ada", byHand.server);
    await Promise.resolve();
    handshake("same");
    sayOf("s", refusal);
    expect(ada.events).toEqual(["full"]);
    ada.host.advance(1_000);
    expect(asked(ada.host)).toBe(2);
    sayOf("s", { data: snapshot });
    expect(ada.events).toEqual(["full", "opened"]);
    expect(ada.label).toBe("Saved");

    ada.host.cut();
    ada.host.wake();
    await Promise.resolve();
    handshake("same");
    sayOf("s", refusal);
    expect(ada.label).toBe("Reconnecting…");
    ada.host.advance(1_000);
    sayOf("s", {});
    expect(ada.label).toBe("Saved");
    expect(ada.events).toEqual(["full", "opened"]);
    expect(ada.host.reported).toEqual([]);
  });

  test("replaces a connection that does not answer within ten seconds", async () => {
    let connections = 0;
    const ada = new Writer("Ada", (events) => {
      connections++;
      return byHand.server(events);
    });
    await Promise.resolve();
    ada.host.advance(9_999);
    expect(connections).toBe(1);
    ada.host.advance(300);
    expect(connections).toBe(2);
  });
});
