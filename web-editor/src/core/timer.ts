// One action that is due later. Setting another replaces it.
import type { Clock } from "./host";

export class Timer {
  private cancelAction: (() => void) | null = null;

  constructor(private readonly clock: Clock) {}

  get isSet(): boolean {
    return this.cancelAction !== null;
  }

  set(ms: number, action: () => void): void {
    this.cancel();
    this.cancelAction = this.clock.schedule(ms, () => {
      this.cancelAction = null;
      action();
    });
  }

  cancel(): void {
    this.cancelAction?.();
    this.cancelAction = null;
  }
}
