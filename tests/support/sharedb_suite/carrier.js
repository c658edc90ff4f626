// Carries documents of ShareDB's other types in the text documents of cowrite, so that ShareDB's
// own tests, which mostly edit JSON, meet the server's versions, order, acks and subscriptions.
//
// A carried document's text is its log, newest line first: every operation inserts a line at the
// start, with the version at which it was made, and the last line is the create. Inserts at one
// position stand in the order that ShareDB's server would transform them in: the later commit
// left. So the lines arrive as they were sent, and folding them with the type's own transform gives
// what ShareDB's server would have sent. `presence-test-type` is text already, and travels as text,
// so that the server moves its presences.
//
// Each carrier has its collections to itself: their names get a prefix on the wire.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ot = require("sharedb/lib/ot");
const types = require("sharedb/lib/types");
const { isDangerousProperty } = require("sharedb/lib/util");

const kText = "http://sharejs.org/types/text-unicode";
const kTextTest = "http://sharejs.org/types/presence-test-type";
const kCarried = '{"type":';

let carriers = 0;

const isName = (name) => typeof name === "string" && !isDangerousProperty(name);
const uriOf = (type) => types.map[type]?.uri ?? type;

/** One operation of presence-test-type as one of text-unicode, and back. */
const toText = ({ index, value, del }) => [...(index ? [index] : []), value ?? { d: del }];
function fromText(op) {
  const index = typeof op[0] === "number" ? op[0] : 0;
  const edit = op.find((component) => typeof component !== "number");
  return typeof edit === "string" ? { index, value: edit } : { index, del: edit.d };
}

export class Carrier {
  constructor() {
    this.prefix = `suite-${++carriers}-`;
    this.documents = new Map(); // "c/d" -> its type, and its records by version.
    this.sent = new Map(); // "src/seq" -> the line of an operation, which is sent again as it was.
  }

  /** What goes to the server for a message of ShareDB's client. */
  encode(message, connectionId) {
    const { c, ch } = message;
    const out = { ...message };
    if (isName(c)) out.c = this.prefix + c;
    if (isName(ch)) out.ch = this.prefix + ch;
    if (message.t && uriOf(message.t) === kTextTest) out.t = kText;
    if (message.a !== "op") return out;
    if (message.create) out.create = this.#encodeCreate(message);
    if ("op" in message) out.op = this.#encodeOp(message, message.src ?? connectionId);
    return out;
  }

  #encodeCreate(message) {
    const { type, data } = message.create;
    const uri = uriOf(type);
    if (!types.map[type]) return message.create;
    this.#document(message).type = uri;
    if (uri === kText || uri === kTextTest) return { type: kText, data };
    return { type: kText, data: JSON.stringify({ type: uri, data }) };
  }

  #encodeOp(message, source) {
    const { type } = this.#document(message);
    if (type === kText) return message.op;
    if (type === kTextTest) return toText(message.op);
    const name = `${source}/${message.seq}`;
    if (!this.sent.has(name)) {
      this.sent.set(name, `${JSON.stringify({ v: message.v, op: message.op })}\n`);
    }
    return [this.sent.get(name)];
  }

  /** What goes to ShareDB's client for a message of the server. */
  decode(message) {
    const out = { ...message };
    for (const name of ["c", "ch"]) {
      if (out[name]?.startsWith?.(this.prefix)) out[name] = out[name].slice(this.prefix.length);
    }
    if (out.error) return out;
    if (out.t === kText && this.#document(out).type === kTextTest) out.t = kTextTest;
    if (out.a === "op") return this.#decodeOp(out);
    if (out.a === "nf" || out.a === "nt") return this.#decodeSnapshot(null, out);
    if (out.a === "f" || out.a === "s") {
      if (out.data) out.data = this.#decodeSnapshot(this.#document(out), out.data);
    } else if (Array.isArray(out.data)) {
      out.data = out.data.map((one) => this.#decodeSnapshot(null, one));
    } else if (out.data) {
      const entries = Object.entries(out.data).map(([d, snapshot]) => [
        d,
        this.#decodeSnapshot(this.#document({ c: out.c, d }), snapshot),
      ]);
      out.data = Object.fromEntries(entries);
    }
    return out;
  }

  #document({ c, d }) {
    const name = JSON.stringify([c, d]);
    if (!this.documents.has(name)) this.documents.set(name, { type: kText, records: new Map() });
    return this.documents.get(name);
  }

  #decodeOp(message) {
    const document = this.#document(message);
    const { v, src, seq } = message;
    if (message.create) {
      const { data } = message.create;
      if (data?.startsWith(kCarried)) {
        message.create = JSON.parse(data);
        document.type = message.create.type;
      } else if (document.type === kTextTest) {
        message.create = { type: kTextTest, data };
      }
    } else if (message.op && document.type === kTextTest) {
      message.op = fromText(message.op);
    } else if (message.op && document.type !== kText) {
      message.op = this.#record(document, v, JSON.parse(message.op[0]));
    } else if (!message.del && this.sent.has(`${src}/${seq}`) && document.type !== kText) {
      this.#record(document, v, JSON.parse(this.sent.get(`${src}/${seq}`))); // An ack.
    }
    return message;
  }

  // The operation of a line as it was committed: transformed over the records since it was made.
  #record(document, version, line) {
    const { records } = document;
    if (!records.has(version)) {
      let { op } = line;
      for (let v = line.v; v < version; ++v) {
        op = types.map[document.type].transform(op, records.get(v), "left");
      }
      records.set(version, op);
    }
    return records.get(version);
  }

  #decodeSnapshot(document, message) {
    const { v, data } = message;
    if (document?.type === kTextTest && message.type) return { ...message, type: kTextTest };
    if (typeof data !== "string") return message;
    const lines = data.split("\n").reverse();
    if (!lines[0].startsWith(kCarried)) return message;
    const create = JSON.parse(lines[0]);
    const folded = document ?? { type: create.type, records: new Map() };
    folded.type = create.type;
    const snapshot = { v: v - lines.length, type: null };
    for (const line of lines) {
      const op =
        line === lines[0] ? { create } : { op: this.#record(folded, snapshot.v, JSON.parse(line)) };
      const error = ot.apply(snapshot, op);
      if (error) throw error;
    }
    return { ...message, v, type: snapshot.type, data: snapshot.data };
  }
}
