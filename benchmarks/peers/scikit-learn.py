"""scikit-learn: multiplicative updates (mu) and coordinate descent (cd)."""

# requires: numpy==2.3.5 scipy==1.16.3 scikit-learn==1.9.1 threadpoolctl==3.6.0

import warnings

from peer import Unsupported, run


def fit(V, W0, H0, job, iterations, tol):
    from sklearn.decomposition import non_negative_factorization

    if job["algorithm"] == "cd" and job["loss"] != "euclidean":
        raise Unsupported("its coordinate descent minimises the squared error alone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return non_negative_factorization(
            V, W=W0, H=H0, n_components=W0.shape[1], init="custom", solver=job["algorithm"],
            beta_loss={"euclidean": "frobenius"}.get(job["loss"], job["loss"]), tol=tol, max_iter=iterations,
        )


def versions():
    import numpy
    import sklearn
    from threadpoolctl import threadpool_info

    blas = [i for i in threadpool_info() if i["user_api"] == "blas"]
    return {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__,
            "scikit-learn's BLAS": ", ".join(f"{i['internal_api']} {i['version']} {i.get('architecture')}" for i in blas)}


run(fit, versions, first="W")
