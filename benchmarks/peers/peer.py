"""What every peer in Python shares: reads a job, times its fits, prints the outcome (src/job.ts).

A peer is a file that calls `run(fit, versions, first)`:
- `fit(V, W0, H0, job, iterations, tol)` gives W, H and the iterations done, or raises `Unsupported`;
  `tol` 0 means exactly so many iterations;
- `versions()` names what it stands on;
- `first` is the factor that its iterations move first.
"""

import json
import os
import sys
import threading
import time

import numpy as np
import scipy.sparse as sp

# A peer's file may be called what its library is: from here on the library is found.
sys.path.pop(0)

TOLERANCE = 1e-3
# After the long fit: a library that pads its denominators walks its own way after some hundred steps.
TOLERANCE_AT_THE_END = 1e-2


class Unsupported(Exception):
    pass


class Wrong(Exception):
    pass


def say(message):
    sys.stdout.write("\n" + json.dumps(message) + "\n")
    sys.stdout.flush()


def end_with_the_runner():
    """The runner holds our stdin: where it is gone, so are we."""
    sys.stdin.read()
    os._exit(1)


def read(folder):
    load = lambda name: np.load(os.path.join(folder, name))
    W, H = load("W0.npy"), load("H0.npy")
    if os.path.exists(os.path.join(folder, "V.npy")):
        return load("V.npy"), W, H
    indptr, indices = (load(f"V.{name}.npy").ravel().astype(np.int32) for name in ("indptr", "indices"))
    V = sp.csr_matrix((load("V.values.npy").ravel(), indices, indptr), shape=(W.shape[0], H.shape[1]))
    return V, W, H


def objective(V, W, H, loss):
    """D(V‖WH) in float64, rows in blocks; half the square for the Euclidean loss."""
    W, H = np.asarray(W, np.float64), np.asarray(H, np.float64)
    if sp.issparse(V):
        rows = np.repeat(np.arange(V.shape[0]), np.diff(V.indptr))
        v = V.data.astype(np.float64)
        wh = np.concatenate([np.einsum("pk,kp->p", W[r], H[:, c]) for r, c in
                             zip(np.array_split(rows, 64), np.array_split(V.indices, 64))])
        if loss == "euclidean":
            return 0.5 * (v @ v - 2 * (v @ wh) + np.sum((W.T @ W) * (H @ H.T)))
        return np.sum(v * np.log(v / wh)) - v.sum() + W.sum(axis=0) @ H.sum(axis=1)
    total = 0.0
    for begin in range(0, V.shape[0], 500):
        v = np.asarray(V[begin:begin + 500], np.float64)
        wh = W[begin:begin + 500] @ H
        if loss == "euclidean":
            total += 0.5 * np.sum((v - wh) ** 2)
        else:
            seen = v > 0
            total += np.sum(v[seen] * np.log(v[seen] / wh[seen])) - v.sum() + wh.sum()
    return total


def demand(actual, job, iterations, same, first, tolerance=TOLERANCE):
    """The reference's objective: reached within the tolerance, or at least undercut by another rule."""
    expected = (job.get("reference") or {}).get(f"{first} {iterations}")
    if expected is None:
        return
    gap = actual / expected - 1
    if gap > tolerance or (same and gap < -tolerance):
        raise Wrong(f"its objective after {iterations} iterations is {actual:.6g}, the reference's {expected:.6g}: "
                    f"{abs(gap):.1e} apart, {tolerance} allowed")


def measure_iteration(fit, job, first):
    V, W0, H0 = read(job["folder"])
    few, timed = job["iterations"]
    same = job["algorithm"] == "mu"

    def run(iterations):
        W, H = W0.copy(), H0.copy()
        begun = time.perf_counter()
        W, H, done = fit(V, W, H, job, iterations, 0)
        seconds = time.perf_counter() - begun
        if done != iterations:
            raise Wrong(f"it did {done} iterations of {iterations}")
        return W, H, seconds

    W, H, warm = run(few)
    demand(objective(V, W, H, job["loss"]), job, few, same, first)
    short = warm if warm > 5 else run(few)[2]
    many = max(2 * few, min(timed, int(job["seconds"] * few / short / few) * few))
    W, H, long = run(many)
    reached = objective(V, W, H, job["loss"])
    demand(reached, job, many, same, first, TOLERANCE_AT_THE_END)
    # On a busy machine a short fit may take longer than a long one: all of the long one then.
    seconds = (long - short) / (many - few) if long > short else long / many
    return {"value": 1000 * seconds, "objective": reached, "iterations": many}


def measure_quality(fit, job, _first):
    """The objective over time, of fits of 1, 2, 4 … iterations from the same start: the clock never sees the objective."""
    V, W0, H0 = read(job["folder"])
    fit(V, W0.copy(), H0.copy(), job, 2, 0)
    trace = [(0.0, objective(V, W0, H0, job["loss"]))]

    def run(iterations, tol):
        W, H = W0.copy(), H0.copy()
        begun = time.perf_counter()
        W, H, done = fit(V, W, H, job, iterations, tol)
        return time.perf_counter() - begun, float(objective(V, W, H, job["loss"])), done

    result = {"value": None}
    limit, stop = float("inf"), None
    if job["algorithm"] == "cd":
        # Its own default tolerance ends it, or five times its default iterations: random data may never come to it.
        seconds, reached, limit = run(1000, 1e-4)
        result["stopped"] = stop = (seconds, reached)
    iterations = 1
    while iterations < limit:
        seconds, reached, _ = run(iterations, 0)
        trace.append((seconds, reached))
        if seconds > job["seconds"]:
            break
        iterations = max(iterations + 1, int(1.5 * iterations))
    if stop:
        trace.append(stop)
    # Fewer iterations take no longer than more: where they did, the machine was busy.
    least = np.minimum.accumulate([seconds for seconds, _ in reversed(trace)])[::-1]
    trace = [(float(seconds), reached) for seconds, (_, reached) in zip(least, trace)]
    return {**result, "trace": trace, "objective": trace[-1][1], "iterations": int(min(limit, iterations))}


def run(fit, versions, first):
    threading.Thread(target=end_with_the_runner, daemon=True).start()
    job = json.loads(sys.argv[1])
    measures = {"iteration": measure_iteration, "quality": measure_quality}
    try:
        if job["measure"] not in measures:
            raise Unsupported(f"measure {job['measure']} is for our own backends")
        result = measures[job["measure"]](fit, job, first)
        say({"type": "result", "result": {**result, "versions": versions()}})
    except Unsupported as error:
        say({"type": "failure", "kind": "unsupported", "reason": str(error)})
    except Wrong as error:
        say({"type": "failure", "kind": "wrong", "reason": str(error)})
    except ImportError as error:
        say({"type": "failure", "kind": "unavailable", "reason": f"{error}: run `pnpm bench:peers-setup`"})
    os._exit(0)
