"""Runs the nonneg command and NumPy from the same V, W0, H0 in float64 and compares W, H and cost.

usage: compare.py NODE NONNEG DIGITS [BACKEND ...]   (default backends: js)

NumPy is written straight from Lee and Seung (4) and (5); a ratio 0/0 keeps the entry as it is.
Exit 1 where an entry differs by more than 1e-10, relative to the largest entry of its factor, or,
of the start NNDSVD, by more than 1e-6 from that of numpy.linalg.svd.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp

import nndsvd

ITERATIONS = 100
TOLERANCE = 1e-10


def step(x, numerator, denominator):
    return np.where(denominator > 0, x * numerator / np.where(denominator > 0, denominator, 1), x)


def ratio(V, X):
    return np.where(X > 0, V / np.where(X > 0, X, 1), 0)


def euclidean(V, W, H):
    H = step(H, W.T @ V, W.T @ W @ H)
    W = step(W, V @ H.T, W @ H @ H.T)
    return W, H


def divergence(V, W, H):
    H = step(H, W.T @ ratio(V, W @ H), np.broadcast_to(W.sum(0)[:, None], H.shape))
    W = step(W, ratio(V, W @ H) @ H.T, np.broadcast_to(H.sum(1)[None, :], W.shape))
    return W, H


def euclidean_cost(V, X):
    return 0.5 * np.sum((V - X) ** 2)


def divergence_cost(V, X):
    observed = V > 0
    return np.sum(V[observed] * np.log(V[observed] / X[observed])) - V.sum() + X.sum()


LOSSES = {
    "euclidean": (euclidean, euclidean_cost),
    "kullback-leibler": (divergence, divergence_cost),
}


def difference(a, b):
    """Largest difference, relative to the largest entry of the array."""
    return np.max(np.abs(a - b)) / np.max(np.abs(b))


def compare(node, nonneg, backend, name, path, V, rank, loss):
    rng = np.random.default_rng(0)
    W0 = rng.random((V.shape[0], rank))
    H0 = rng.random((rank, V.shape[1]))
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/W0.npy", W0)
        np.save(f"{folder}/H0.npy", H0)
        command = [node, nonneg, "factorize", path, "--rank", str(rank), "--loss", loss]
        command += ["--init", f"{folder}/W0.npy,{folder}/H0.npy", "--backend", backend]
        command += ["--tol", "0", "--kkt-tol", "0", "--max-iterations", str(ITERATIONS)]
        command += ["--dtype", "float64", "--out", f"{folder}/out", "--json", "--quiet"]
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        W1, H1 = np.load(f"{folder}/out/W.npy"), np.load(f"{folder}/out/H.npy")
    update, cost = LOSSES[loss]
    W, H = W0, H0
    for _ in range(ITERATIONS):
        W, H = update(V, W, H)
    expected = cost(V, W @ H)
    errors = {
        "W": difference(W1, W),
        "H": difference(H1, H),
        "cost": abs(result["cost"] - expected) / expected,
    }
    good = result["iterations"] == ITERATIONS and all(e <= TOLERANCE for e in errors.values())
    shown = "  ".join(f"{key} {value:.1e}" for key, value in errors.items())
    print(f"{'ok  ' if good else 'FAIL'} {backend:8} {name:8} {loss:17} {shown}", flush=True)
    return good


def main():
    node, nonneg, digits, *backends = sys.argv[1:]
    rng = np.random.default_rng(1)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        dense = rng.random((200, 120))
        sparse = sp.random(300, 200, density=0.05, format="csr", random_state=2)
        np.save(f"{folder}/dense.npy", dense)
        sp.save_npz(f"{folder}/sparse.npz", sparse)
        cases = [
            ("digits", digits, np.load(digits).astype(float), 16),
            ("dense", f"{folder}/dense.npy", dense, 10),
            ("sparse", f"{folder}/sparse.npz", sparse.toarray(), 10),
        ]
        for backend in backends or ["js"]:
            for name, path, V, rank in cases:
                for loss in LOSSES:
                    good &= compare(node, nonneg, backend, name, path, V, rank, loss)
    good &= nndsvd.compare(node, nonneg, backends or ["js"])
    sys.exit(0 if good else 1)


main()
