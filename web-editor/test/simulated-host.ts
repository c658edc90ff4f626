// The core's host in a test: its time passes when the test says so, and its connections lead where
// the test says.
import type { Connect, Host, TransportEvents } from "../src/core/host";

interface Due {
  at: number;
  action: () => void;
}

let ids = 0;

export class SimulatedHost implements Host {
  // Where connections lead; at first nowhere.
  server: Connect = ({ onClose }) => {
    queueMicrotask(onClose);
    return { send: () => undefined, close: () => undefined };
  };
  readonly reported: unknown[] = [];
  // Everything that the core has sent, as it sent it.
  readonly sent: string[] = [];

  private time = 0;
  private due: Due[] = [];
  private wakeListener: () => void = () => undefined;
  private current: TransportEvents | null = null;

  readonly clock = {
    now: () => this.time,
    schedule: (ms: number, action: () => void) => {
      const entry = { at: this.time + ms, action };
      this.due.push(entry);
      return () => {
        this.due = this.due.filter((other) => other !== entry);
      };
    },
  };

  readonly network = {
    isUp: true,
    onWake: (listener: () => void) => {
      this.wakeListener = listener;
    },
  };

  readonly connect: Connect = (events) => {
    this.current = events;
    const transport = this.server(events);
    return {
      send: (message) => {
        this.sent.push(message);
        transport.send(message);
      },
      close: () => transport.close(),
    };
  };

  newId(): string {
    return `id-${++ids}`;
  }

  report(error: unknown): void {
    this.reported.push(error);
  }

  // Lets time pass, and runs what is due in it, in order.
  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const next = this.due.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > until) break;
      this.due.shift();
      this.time = next.at;
      next.action();
    }
    this.time = until;
  }

  wake(): void {
    this.wakeListener();
  }

  // Breaks the newest connection.
  cut(): void {
    this.current?.onClose();
  }
}
