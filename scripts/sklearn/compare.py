"""Runs the nonneg command and scikit-learn from the same V, W0, H0 in float64.

usage: compare.py NODE NONNEG DIGITS [BACKEND ...]   (default backend: wasm)

Traces: W, H and cost of the multiplicative solver after 1 and 100 iterations, for every β. What
has to be said to make the two the same:
- scikit-learn moves W first, then H with the new W: `--first W`.
- Its exponent is that of majorize-minimize outside [1, 2], as ours is.
- It lifts WH to 1.2e-7 (β < 2) and a denominator of 0 to the same, and for β <= 1 sets entries below
  2.2e-16 to 0. With V, W0 and H0 in (0, 1], away from 0, none of these is ever reached.
- It has no scale: nonneg's power of two is exact.
Exit 1 where anything differs by more than 1e-8, relative to its largest entry.

Objectives: coordinate descent, HALS and block pivoting, each at convergence from the same five starts.
Which local minimum a start leads to is luck, for each of the three: the best of five may exceed that of
coordinate descent by as much as the median of its own five does. From the best point of coordinate
descent ours must not go up at all. Exit 1 where either does not hold.
"""

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.decomposition import non_negative_factorization
from sklearn.exceptions import ConvergenceWarning

BETAS = [-1, 0, 0.5, 1, 1.5, 2, 3]
CHECKPOINTS = [1, 100]
TRACE_TOLERANCE = 1e-8
STARTS = 5
ROUNDING = 1e-12


def factorize(node, nonneg, V, W0, H0, *options):
    """The command's result.json, W and H."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        if sp.issparse(V):
            sp.save_npz(folder / "V.npz", V)
            path = folder / "V.npz"
        else:
            np.save(folder / "V.npy", V)
            path = folder / "V.npy"
        np.save(folder / "W0.npy", W0)
        np.save(folder / "H0.npy", H0)
        command = [node, nonneg, "factorize", path, "--rank", str(W0.shape[1])]
        command += ["--init", f"{folder / 'W0.npy'},{folder / 'H0.npy'}", "--dtype", "float64"]
        command += ["--out", folder / "out", "--json", "--quiet", *map(str, options)]
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        return result, np.load(folder / "out" / "W.npy"), np.load(folder / "out" / "H.npy")


def sklearn(V, W0, H0, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        W, H, iterations = non_negative_factorization(
            V, W=W0.copy(), H=H0.copy(), n_components=W0.shape[1], init="custom", **options
        )
    return W, H, iterations


def cost_of(V, W, H, beta):
    X = W @ H
    if beta == 2:
        return 0.5 * np.sum((V - X) ** 2)
    if beta == 1:
        return np.sum(V * np.log(V / X) - V + X)
    if beta == 0:
        return np.sum(V / X - np.log(V / X) - 1)
    return np.sum(V**beta + (beta - 1) * X**beta - beta * V * X ** (beta - 1)) / (beta * (beta - 1))


def difference(a, b):
    """Largest difference, relative to the largest entry of the array."""
    return np.max(np.abs(a - b)) / np.max(np.abs(b))


def traces(node, nonneg, backend):
    rng = np.random.default_rng(0)
    V = rng.uniform(0.1, 1, (60, 40))
    W0 = rng.uniform(0.1, 1, (60, 5))
    H0 = rng.uniform(0.1, 1, (5, 40))
    good = True
    for beta in BETAS:
        worst = 0
        for iterations in CHECKPOINTS:
            stop = ["--tol", 0, "--kkt-tol", 0, "--max-iterations", iterations]
            result, W1, H1 = factorize(
                node, nonneg, V, W0, H0, f"--loss={beta}", "--first", "W", "--backend", backend, *stop
            )
            W, H, _ = sklearn(V, W0, H0, solver="mu", beta_loss=beta, tol=0, max_iter=iterations)
            cost = cost_of(V, W, H, beta)
            errors = [difference(W1, W), difference(H1, H), abs(result["cost"] - cost) / cost]
            worst = max(worst, *errors)
        fits = worst <= TRACE_TOLERANCE
        good &= fits
        name = f"trace, β = {beta}"
        print(f"{'ok  ' if fits else 'FAIL'} {backend:8} {name:22} within {worst:.1e}", flush=True)
    return good


def objectives(node, nonneg, digits, backend):
    rng = np.random.default_rng(1)
    cases = [
        ("digits", np.load(digits).astype(float), 16),
        ("dense", rng.random((200, 120)), 10),
        ("sparse", sp.random(300, 200, density=0.05, format="csr", random_state=2), 10),
    ]
    good = True
    for name, V, rank in cases:
        dense = V.toarray() if sp.issparse(V) else V
        level = np.sqrt(dense.mean() / rank)
        descent = []
        ours = {"hals": [], "anls": []}
        for _ in range(STARTS):
            W0 = 2 * level * rng.random((V.shape[0], rank))
            H0 = 2 * level * rng.random((rank, V.shape[1]))
            W, H, _ = sklearn(V, W0, H0, solver="cd", tol=1e-6, max_iter=1000)
            descent.append((0.5 * np.sum((dense - W @ H) ** 2), W, H))
            for algorithm, reached in ours.items():
                reached.append(fit(node, nonneg, V, W0, H0, algorithm, backend))
        descent.sort(key=lambda point: point[0])
        best, W, H = descent[0]
        median = descent[STARTS // 2][0]
        for algorithm, reached in ours.items():
            further = fit(node, nonneg, V, W, H, algorithm, backend)
            fits = min(reached) <= median and further <= best * (1 + ROUNDING)
            good &= fits
            print(
                f"{'ok  ' if fits else 'FAIL'} {backend:8} {name + ', ' + algorithm:22} "
                f"best {min(reached):.8g}, from coordinate descent's best {further:.8g}, "
                f"coordinate descent {best:.8g}, its median {median:.8g}",
                flush=True,
            )
    return good


def fit(node, nonneg, V, W0, H0, algorithm, backend):
    stop = ["--tol", 1e-7, "--kkt-tol", 0, "--max-iterations", 1000]
    options = ["--algorithm", algorithm, "--backend", backend, *stop]
    return factorize(node, nonneg, V, W0, H0, *options)[0]["objective"]


def main():
    node, nonneg, digits, *backends = sys.argv[1:]
    good = True
    for backend in backends or ["wasm"]:
        good &= traces(node, nonneg, backend)
        good &= objectives(node, nonneg, digits, backend)
    sys.exit(0 if good else 1)


main()
