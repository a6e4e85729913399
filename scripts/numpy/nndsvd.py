"""NNDSVD by the command against numpy.linalg.svd, on matrices whose singular values have gaps."""

import subprocess
import tempfile

import numpy as np
import scipy.sparse as sp

TOLERANCE = 1e-6
RANK = 5


def reference(V, rank):
    """Boutsidis and Gallopoulos (2008) from a full singular value decomposition."""
    U, S, Vt = np.linalg.svd(V, full_matrices=False)
    W, H = np.zeros((V.shape[0], rank)), np.zeros((rank, V.shape[1]))
    W[:, 0], H[0] = np.sqrt(S[0]) * np.abs(U[:, 0]), np.sqrt(S[0]) * np.abs(Vt[0])
    for a in range(1, rank):
        sections = []
        for sign in (1, -1):
            u, v = np.maximum(sign * U[:, a], 0), np.maximum(sign * Vt[a], 0)
            sections.append((np.linalg.norm(u) * np.linalg.norm(v), u, v))
        size, u, v = max(sections, key=lambda section: section[0])
        W[:, a] = np.sqrt(S[a] * size) * u / np.linalg.norm(u)
        H[a] = np.sqrt(S[a] * size) * v / np.linalg.norm(v)
    return W, H


def gapped(rows, cols, noise, rng, share=1):
    """Parts on overlapping blocks, each about half as heavy as the one before, over a little noise.

    Of the rows and the columns of a part so large a share is not zero.
    """

    def vector(size):
        return (0.5 + rng.random(size)) * (rng.random(size) < share)

    V = noise * rng.random((rows, cols))
    for a in range(RANK):
        i, j = a * rows // (RANK + 1), a * cols // (RANK + 1)
        height, width = rows // (RANK + 1) + rows // 12, cols // (RANK + 1) + cols // 12
        V[i : i + height, j : j + width] += 0.5**a * np.outer(vector(height), vector(width))
    return V


def difference(a, b):
    return np.max(np.abs(a - b)) / np.max(np.abs(b))


def cases(folder):
    rng = np.random.default_rng(3)
    for name, shape in [("tall", (400, 60)), ("wide", (50, 300)), ("square", (150, 150))]:
        V = gapped(*shape, 1e-3, rng)
        np.save(f"{folder}/{name}.npy", V)
        yield name, f"{folder}/{name}.npy", V
    V = gapped(300, 200, 0, rng, share=0.5)
    sp.save_npz(f"{folder}/gapped.npz", sp.csr_matrix(V))
    yield "sparse", f"{folder}/gapped.npz", V


def compare(node, nonneg, backends):
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name, path, V in cases(folder):
            S = np.linalg.svd(V, compute_uv=False)
            gap = np.min(S[:RANK] / S[1 : RANK + 1])
            W, H = reference(V, RANK)
            for backend in backends:
                command = [node, nonneg, "factorize", path, "--rank", str(RANK)]
                # HALS, since under a multiplicative rule zeros of a start are lifted.
                command += ["--init", "nndsvd", "--algorithm", "hals", "--max-iterations", "0"]
                command += ["--dtype", "float64", "--backend", backend, "--quiet"]
                subprocess.run(command + ["--out", f"{folder}/out"], check=True)
                errors = {
                    "W": difference(np.load(f"{folder}/out/W.npy"), W),
                    "H": difference(np.load(f"{folder}/out/H.npy"), H),
                }
                fits = all(error <= TOLERANCE for error in errors.values())
                good &= fits
                shown = "  ".join(f"{key} {value:.1e}" for key, value in errors.items())
                print(
                    f"{'ok  ' if fits else 'FAIL'} {backend:8} {name:8} {'nndsvd':17} {shown}"
                    f"  (least ratio of singular values {gap:.2f})",
                    flush=True,
                )
    return good
