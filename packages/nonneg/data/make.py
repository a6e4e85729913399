"""Makes digits.npy and digits-labels.csv from the copy that scikit-learn ships.

    pip install --no-deps scikit-learn==1.9.1 && pip install numpy && python make.py
"""

import gzip
import importlib.util
import pathlib

import numpy as np

package = importlib.util.find_spec("sklearn").submodule_search_locations[0]
here = pathlib.Path(__file__).parent
with gzip.open(pathlib.Path(package, "datasets", "data", "digits.csv.gz")) as file:
    table = np.loadtxt(file, delimiter=",").astype(np.uint8)  # 64 pixels, then the digit
np.save(here / "digits.npy", table[:, :64])
np.savetxt(here / "digits-labels.csv", table[:, 64], fmt="%d", header="digit", comments="")
