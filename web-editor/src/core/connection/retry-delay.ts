// How long to wait before the next attempt to connect. The delay doubles from a quarter of a second
// up to 15 seconds, and each one is shortened by up to half at random, so that the clients of a
// restarted server do not all come back at once.
const firstMs = 250;
const longestMs = 15_000;

export function retryDelayMs(failedAttempts: number, random = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** failedAttempts);
  return full * (0.5 + random() / 2);
}
