// What the page and its tests use of the sharedb 7 client, which comes without types.
declare module "sharedb/lib/client" {
  export interface Socket {
    readonly readyState: number;
    onopen: (() => void) | null;
    onmessage: ((event: { data: string }) => void) | null;
    onclose: ((reason: unknown) => void) | null;
    onerror: ((reason: unknown) => void) | null;
    send(message: string): void;
    close(): void;
  }

  export interface Message {
    a: string;
    c?: string;
    d?: string;
    error?: { code?: string; message?: string };
    // The name of the server's histories, in its answer to a handshake (server/PROTOCOL.md).
    "x-history"?: string;
  }

  export type Failure = Error & { code?: string };
  type Callback = (error?: Failure | null) => void;

  export class Connection {
    constructor(socket: Socket);
    readonly state: "connecting" | "connected" | "disconnected" | "closed" | "stopped";
    readonly canSend: boolean;
    get(collection: string, id: string): Doc;
    getDocPresence(collection: string, id: string): Presence;
    ping(): void;
    on(event: "state", listener: (state: string) => void): void;
    on(event: "receive", listener: (request: { data: Message | null }) => void): void;
    on(event: "pong" | "connected", listener: () => void): void;
    on(event: "error" | "connection error", listener: (error: Failure) => void): void;
  }

  export interface PendingOp {
    op?: unknown;
    create?: { type: string; data?: string };
    del?: true;
    sentAt?: number;
  }

  export class Doc {
    readonly id: string;
    readonly version: number | null;
    readonly type: object | null;
    readonly data: unknown;
    readonly subscribed: boolean;
    readonly inflightOp: PendingOp | null;
    readonly pendingOps: PendingOp[];
    preventCompose: boolean;
    subscribe(callback: Callback): void;
    create(data: string, type: string, options: { source: unknown }, callback: Callback): void;
    del(options: object, callback: Callback): void;
    pause(): void;
    flush(): void;
    resume(): void;
    submitOp(operation: unknown, options: { source: unknown }, callback: Callback): void;
    hasPending(): boolean;
    whenNothingPending(callback: () => void): void;
    on(event: "op", listener: (operation: unknown, source: unknown) => void): void;
    on(event: "create", listener: (source: unknown) => void): void;
    on(event: "del", listener: (data: unknown, source: unknown) => void): void;
    on(event: "load" | "no write pending" | "nothing pending", listener: () => void): void;
    on(event: "error", listener: (error: Failure) => void): void;
  }

  export class Presence {
    readonly remotePresences: Record<string, unknown>;
    readonly wantSubscribe: boolean;
    subscribe(callback: Callback): void;
    unsubscribe(callback: Callback): void;
    create(id: string): LocalPresence;
    on(event: "receive", listener: (id: string, value: unknown) => void): void;
    on(event: "error", listener: (error: Failure) => void): void;
  }

  export class LocalPresence {
    // Not public: the values that wait until the document has nothing pending.
    _pendingMessages: unknown[];
    readonly value: unknown;
    submit(value: unknown, callback: Callback): void;
    on(event: "error", listener: (error: Failure) => void): void;
  }

  export const types: { register(type: object): void };
  export const logger: {
    setMethods(
      methods: Partial<Record<"info" | "warn" | "error", (...parts: unknown[]) => void>>,
    ): void;
  };
}
