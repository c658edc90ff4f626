// What the core needs of the place where it runs. The core uses the language alone; the page gives
// it what the browser has (editor/browser-host.ts), and a test gives it something simulated.

export interface Host {
  readonly clock: Clock;
  readonly network: Network;
  // Begins a new connection to the server.
  readonly connect: Connect;
  // An id that nobody else has.
  newId(): string;
  // Records an error that nobody expected.
  report(error: unknown): void;
}

export interface Clock {
  // Milliseconds since some moment. They never go back or jump, whatever the time of day does.
  now(): number;
  // Runs `action` once, `ms` from now. Returns a function that cancels it.
  schedule(ms: number, action: () => void): () => void;
}

export interface Network {
  // False if the system is sure that it has no network.
  readonly isUp: boolean;
  // Calls back whenever the connection may have died or could be made again: the network came or
  // went, or the tab is visible again after what may have been a long sleep.
  onWake(listener: () => void): void;
}

// A connection that carries whole messages in order, such as a WebSocket.
export interface Transport {
  // Loses the message if the connection is not open.
  send(message: string): void;
  // Ends the connection. No event follows.
  close(): void;
}

export interface TransportEvents {
  onOpen: () => void;
  onMessage: (message: string) => void;
  // The connection ended, or could not be made.
  onClose: () => void;
}

// REQUIRES: no event comes before the call returns.
export type Connect = (events: TransportEvents) => Transport;
