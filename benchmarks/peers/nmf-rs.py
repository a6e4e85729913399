"""nmf-rs, a port of R's NMF to Rust, in float64: multiplicative updates (mu) and HALS (hals), dense only."""

# requires: numpy==2.3.5 scipy==1.16.3 nmf-rs==0.1.0

import numpy as np
import scipy.sparse as sp
from peer import Unsupported, run


def fit(V, W0, H0, job, iterations, tol):
    import nmf_rs

    if sp.issparse(V):
        raise Unsupported("it takes dense matrices alone")
    if job["algorithm"] == "hals" and job["loss"] != "euclidean":
        raise Unsupported("its HALS minimises the squared error alone")
    method = "hals" if job["algorithm"] == "hals" else {"euclidean": "lee", "kullback-leibler": "brunet"}[job["loss"]]
    done = nmf_rs.nmf(V, W0.shape[1], method=method, W0=np.asarray(W0, np.float64), H0=np.asarray(H0, np.float64),
                      max_iter=iterations, stop="max_iter", num_threads=job["threads"])
    return done.W, done.H, done.n_iter


def versions():
    from importlib.metadata import version

    return {"nmf-rs": version("nmf-rs")}


run(fit, versions, first="H")
