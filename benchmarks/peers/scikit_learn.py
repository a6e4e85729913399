"""The peer: scikit-learn's multiplicative updates.

usage: scikit_learn.py make FOLDER JSON    writes V, W0 and H0 of a case as float32
       scikit_learn.py time FOLDER LOSS FEW MANY    prints {"milliseconds", "objective", ...}
"""

import json
import sys
import time
import warnings

import numpy as np
import scipy.sparse as sp


def make(folder, case):
    rng = np.random.default_rng(0)
    m, n, k = case["rows"], case["cols"], case["rank"]
    if case.get("density"):
        V = sp.random(m, n, density=case["density"], format="csr", dtype=np.float32, random_state=1)
        V.data += np.float32(0.01)
        sp.save_npz(f"{folder}/V.npz", V)
    else:
        # A product of rank k and noise, so that there is something to find.
        V = rng.random((m, k)) @ rng.random((k, n)) + 0.1 * k * rng.random((m, n))
        np.save(f"{folder}/V.npy", V.astype(np.float32))
    scale = np.sqrt(V.mean() / k)
    np.save(f"{folder}/W0.npy", (2 * scale * rng.random((m, k))).astype(np.float32))
    np.save(f"{folder}/H0.npy", (2 * scale * rng.random((k, n))).astype(np.float32))


def read(folder):
    try:
        V = np.load(f"{folder}/V.npy")
    except FileNotFoundError:
        V = sp.load_npz(f"{folder}/V.npz").tocsr()
    return V, np.load(f"{folder}/W0.npy"), np.load(f"{folder}/H0.npy")


def fit(V, W0, H0, loss, iterations):
    from sklearn.decomposition import non_negative_factorization

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begun = time.perf_counter()
        W, H, done = non_negative_factorization(
            V, W=W0.copy(), H=H0.copy(), n_components=W0.shape[1], init="custom", solver="mu",
            beta_loss=loss, tol=0, max_iter=iterations,
        )
        seconds = time.perf_counter() - begun
    assert done == iterations
    return W, H, seconds


def objective(V, W, H, loss):
    from sklearn.decomposition._nmf import _beta_divergence

    return float(_beta_divergence(V, W, H, loss))


def measure(folder, loss, few, many):
    import sklearn
    from threadpoolctl import threadpool_info

    V, W0, H0 = read(folder)
    loss = {"euclidean": "frobenius"}.get(loss, loss)
    # The first fit also pays for imports, threads and fresh memory.
    fit(V, W0, H0, loss, few)
    _, _, short = fit(V, W0, H0, loss, few)
    W, H, long = fit(V, W0, H0, loss, many)
    blas = [i for i in threadpool_info() if i["user_api"] == "blas"]
    print(json.dumps({
        "milliseconds": 1000 * (long - short) / (many - few),
        "objective": objective(V, W, H, loss),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__,
                     "blas": " ".join(f"{i['internal_api']} {i['version']} {i.get('architecture')}" for i in blas)},
    }))


if sys.argv[1] == "make":
    make(sys.argv[2], json.loads(sys.argv[3]))
else:
    measure(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
