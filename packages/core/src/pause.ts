/** Longest time without a macrotask, so that Ctrl-C, an AbortSignal and a page's UI get their turn. */
const MOST_MS = 50;

/** A function to await now and then: it gives way to macrotasks where none has run for long. */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last <= MOST_MS) return;
    await macrotask();
    last = performance.now();
  };
}

/** The next macrotask: where there is setImmediate in microseconds, by a timer in a millisecond or more. */
function macrotask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
