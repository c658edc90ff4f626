// Waiting for things, never for time: every wait is for an event, and a deadline only turns a hang
// into a failure.

export const kDeadlineMs = 15_000;

/**
 * The promise's outcome, or a failure that says what did not happen in time.
 * @template T
 * @param {Promise<T>} promise
 * @param {string} what
 * @param {number} [deadlineMs]
 * @returns {Promise<T>}
 */
export function within(promise, what, deadlineMs = kDeadlineMs) {
  const failure = new Error(`not within ${deadlineMs} ms: ${what}`);
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(failure), deadlineMs);
  });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

/**
 * Resolves when the condition holds; it is asked again at each of the emitter's events.
 * @param {{on: Function, removeListener: Function}} emitter
 * @param {string[]} events
 * @param {() => boolean} condition
 * @param {string} what
 * @param {number} [deadlineMs]
 */
export async function until(emitter, events, condition, what, deadlineMs = kDeadlineMs) {
  if (condition()) return;
  let check;
  const held = new Promise((resolve) => {
    check = () => condition() && resolve();
    for (const event of events) emitter.on(event, check);
  });
  try {
    await within(held, what, deadlineMs);
  } finally {
    for (const event of events) emitter.removeListener(event, check);
  }
}
