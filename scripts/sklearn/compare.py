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

Objectives: coordinate descent, HALS and block pivoting, each from the same five starts until it moves
no more: ours until an iteration gains less than TOL of the cost of the constant model, theirs until the
violation of the KKT conditions is 1e-10 of that at the start. At that pace the ITERATIONS that are
allowed would gain TIE more, and what is closer than that is the same minimum.
- Sparse products of sparse factors with 10 % noise have a minimum that fits find: the best of five is at
  or below that of coordinate descent.
- Digits and random numbers have many minima, and which of them a start leads to is luck, for each of the
  three: now this, now that one has the best of five. So there are several matrices, and of all starts that
  lead the two to different minima ours may not end higher significantly often (sign test, 1 %).
- From the best point of coordinate descent ours do not go up, nor down: it is a minimum of theirs too.
Exit 1 where any of this does not hold.
"""

import json
import subprocess
import sys
import tempfile
import warnings
from math import comb
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.decomposition import non_negative_factorization
from sklearn.exceptions import ConvergenceWarning

BETAS = [-1, 0, 0.5, 1, 1.5, 2, 3]
CHECKPOINTS = [1, 100]
TRACE_TOLERANCE = 1e-8
STARTS = 5
MATRICES = 4
TOL = 1e-12
ITERATIONS = 20_000
TIE = ITERATIONS * TOL
ROUNDING = 1e-12
SIGNIFICANT = 0.01


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


def random_dense(rng):
    return rng.random((100, 60))


def random_sparse(rng):
    return sp.random(300, 200, density=0.05, format="csr", random_state=rng)


def planted_sparse(rng):
    W = sp.random(300, 10, density=0.1, format="csr", random_state=rng)
    H = sp.random(10, 200, density=0.1, format="csr", random_state=rng)
    V = W @ H
    V.data *= rng.uniform(0.9, 1.1, V.nnz)
    return V


def objectives(node, nonneg, digits, backend):
    rng = np.random.default_rng(1)
    cases = [
        ("planted sparse", [planted_sparse(rng) for _ in range(MATRICES)], 10),
        ("random sparse", [random_sparse(rng) for _ in range(MATRICES)], 10),
        ("random dense", [random_dense(rng) for _ in range(MATRICES)], 10),
        ("digits", [np.load(digits).astype(float)], 16),
    ]
    ends = {"hals": [0, 0], "anls": [0, 0]}
    good = True
    for name, matrices, rank in cases:
        # matrix by start, each objective relative to the cost of the constant model
        theirs = np.empty((len(matrices), STARTS))
        ours = {algorithm: np.empty_like(theirs) for algorithm in ends}
        further = {algorithm: np.empty(len(matrices)) for algorithm in ours}
        for m, V in enumerate(matrices):
            dense = V.toarray() if sp.issparse(V) else V
            level = np.sqrt(dense.mean() / rank)
            unit = 0.5 * np.sum((dense - dense.mean()) ** 2)
            points = []
            for start in range(STARTS):
                W0 = 2 * level * rng.random((V.shape[0], rank))
                H0 = 2 * level * rng.random((rank, V.shape[1]))
                W, H, _ = sklearn(V, W0, H0, solver="cd", tol=1e-10, max_iter=ITERATIONS)
                theirs[m, start] = 0.5 * np.sum((dense - W @ H) ** 2) / unit
                points.append((W, H))
                for algorithm, reached in ours.items():
                    reached[m, start] = fit(node, nonneg, V, W0, H0, algorithm, backend) / unit
            best = np.argmin(theirs[m])
            for algorithm, reached in further.items():
                reached[m] = fit(node, nonneg, V, *points[best], algorithm, backend) / unit
        best = theirs.min(axis=1)
        for algorithm, reached in ours.items():
            change = further[algorithm] - best
            excess = reached.min(axis=1) - best
            lower = int(np.sum(reached < theirs - TIE))
            higher = int(np.sum(reached > theirs + TIE))
            fits = np.all(change <= ROUNDING) and np.all(change >= -TIE)
            if name == "planted sparse":
                fits &= np.all(excess <= TIE)
            else:
                ends[algorithm][0] += lower
                ends[algorithm][1] += higher
            good &= bool(fits)
            print(
                f"{'ok  ' if fits else 'FAIL'} {backend:8} {name + ', ' + algorithm:22} "
                f"best of {STARTS} less coordinate descent's: {' '.join(f'{x:+.1e}' for x in excess)}; "
                f"of {theirs.size} starts {lower} end lower, {higher} higher; "
                f"from its best {np.abs(change).max():.1e}",
                flush=True,
            )
    for algorithm, (lower, higher) in ends.items():
        parted = lower + higher
        chance = sum(comb(parted, n) for n in range(higher, parted + 1)) / 2**parted
        fits = chance >= SIGNIFICANT
        good &= fits
        print(
            f"{'ok  ' if fits else 'FAIL'} {backend:8} {'many minima, ' + algorithm:22} "
            f"{lower} starts end lower, {higher} higher, by luck with probability {chance:.2g}"
        )
    return good


def fit(node, nonneg, V, W0, H0, algorithm, backend):
    stop = ["--tol", TOL, "--kkt-tol", 0, "--max-iterations", ITERATIONS]
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
