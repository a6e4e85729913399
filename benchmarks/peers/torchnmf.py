"""torchnmf on PyTorch: multiplicative updates (mu). Its W is our Hᵀ, its H our W."""

# requires: numpy==2.3.5 scipy==1.16.3 torch==2.15.0 torchnmf==0.3.5

import scipy.sparse as sp
from peer import Unsupported, run


def fit(V, W0, H0, job, iterations, tol):
    import torch
    from torchnmf.nmf import NMF

    torch.set_num_threads(job["threads"])
    if sp.issparse(V):
        raise Unsupported("its sparse fit needs a sparse gradient that its PyTorch does not take here")
    model = NMF(W=torch.from_numpy(H0.T.copy()), H=torch.from_numpy(W0))
    # A tolerance of −∞ never stops it.
    done = model.fit(torch.from_numpy(V), beta={"euclidean": 2, "kullback-leibler": 1}[job["loss"]],
                     tol=float("-inf"), max_iter=iterations)
    return model.H.detach().numpy(), model.W.detach().numpy().T, done


def versions():
    import torch
    from importlib.metadata import version

    return {"torchnmf": version("torchnmf"), "torch": torch.__version__}


run(fit, versions, first="H")
