// The poller asks the server for its metrics again and again: every two seconds, rarely while nobody
// sees the page, and with growing pauses while there is no answer.
import { readFigures, type Figures } from "./metrics/figures";

const periodMs = 2_000;
const hiddenPeriodMs = 30_000;
const longestPauseMs = 10_000;
const pauseGrowth = 1.5;
// A server that is stuck answers as little as one that is gone.
const timeoutMs = 10_000;

// The server says in a line why it refuses; a proxy may send a page.
function sentenceOf(refusal: string): string {
  if (!/^[^<\n]{1,200}$/.test(refusal)) return "The token was refused.";
  return `${refusal.charAt(0).toUpperCase()}${refusal.slice(1)}.`;
}

export interface PollerEvents {
  onFigures: (figures: Figures) => void;
  // The server is there, and says why it shows nothing to this token. The poller has stopped.
  onRefused: (sentence: string) => void;
  // Nobody answered, or somebody who is not the server.
  onNoAnswer: () => void;
}

export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | null = null;
  private pauseMs = periodMs;

  constructor(
    private readonly token: string,
    private readonly events: PollerEvents,
  ) {
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    void this.ask();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
  }

  // Somebody looks, or the network is back.
  private readonly wake = () => {
    if (document.hidden || this.request) return;
    clearTimeout(this.timer);
    void this.ask();
  };

  private async ask(): Promise<void> {
    const request = new AbortController();
    this.request = request;
    const timeout = setTimeout(() => request.abort(), timeoutMs);
    const response = await this.fetch(request.signal);
    clearTimeout(timeout);
    if (this.request !== request) return; // Stopped meanwhile.
    this.request = null;
    this.tell(response);
  }

  private async fetch(signal: AbortSignal): Promise<{ status: number; text: string } | null> {
    try {
      // Relative, so that the server may be under any path. Nothing is to be sent elsewhere.
      const response = await fetch("metrics", {
        headers: { Authorization: `Bearer ${this.token}` },
        cache: "no-store",
        redirect: "error",
        signal,
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }

  private tell(response: { status: number; text: string } | null): void {
    if (response?.status === 401 || response?.status === 403) {
      this.stop();
      this.events.onRefused(sentenceOf(response.text.trim()));
      return;
    }
    const figures = response?.status === 200 ? readFigures(response.text) : null;
    this.pauseMs = figures ? periodMs : Math.min(longestPauseMs, this.pauseMs * pauseGrowth);
    const next = document.hidden ? Math.max(hiddenPeriodMs, this.pauseMs) : this.pauseMs;
    this.timer = setTimeout(() => void this.ask(), next);
    if (figures) this.events.onFigures(figures);
    else this.events.onNoAnswer();
  }
}
