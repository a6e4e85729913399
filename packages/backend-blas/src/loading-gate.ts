/**
 * koffi aborts the process when its thread is ended while it is being loaded (3.3.4). So a worker
 * loads it inside a gate; whoever is about to end workers, or the process, shuts the gate first and
 * waits until nobody is inside.
 */
import { setTimeout } from "node:timers/promises";

/** In shared memory: the number of threads inside, and 1 once it is shut. */
export type Gate = Int32Array<SharedArrayBuffer>;
const INSIDE = 0;
const SHUT = 1;

/** Milliseconds to wait for each gate when the process exits. */
const patience = 5000;

/** The gates to be shut when the process exits. */
const open = new Set<Gate>();

function shutAll(): void {
  for (const gate of open) {
    Atomics.store(gate, SHUT, 1);
    for (let inside = 1; inside > 0;) {
      inside = Atomics.load(gate, INSIDE);
      if (inside > 0 && Atomics.wait(gate, INSIDE, inside, patience) === "timed-out") break;
    }
  }
}

export function openGate(): Gate {
  if (open.size === 0) process.on("exit", shutAll);
  const gate: Gate = new Int32Array(new SharedArrayBuffer(8));
  open.add(gate);
  return gate;
}

/** Resolves when nobody is inside; nobody will be. */
export async function shut(gate: Gate): Promise<void> {
  Atomics.store(gate, SHUT, 1);
  while (Atomics.load(gate, INSIDE) > 0) await setTimeout(2);
  open.delete(gate);
  if (open.size === 0) process.off("exit", shutAll);
}

/** Runs `load` inside the gate; undefined where it is shut. */
export async function insideGate<T>(gate: Gate, load: () => Promise<T>): Promise<T | undefined> {
  Atomics.add(gate, INSIDE, 1);
  try {
    return Atomics.load(gate, SHUT) === 1 ? undefined : await load();
  } finally {
    Atomics.sub(gate, INSIDE, 1);
    Atomics.notify(gate, INSIDE);
  }
}
