#!/bin/sh
# Makes docs/figures/report.png: what `npm start` leaves, as a browser shows it. Wants a build and Chromium.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
node "$root/packages/nonneg/bin/nonneg.js" factorize "$root/packages/nonneg/data/digits.npy" \
  --rank 16 --out "$out" --report
"${CHROMIUM:-chromium}" --headless --no-sandbox --hide-scrollbars --user-data-dir="$out/profile" \
  --window-size=1100,945 --screenshot="$root/docs/figures/report.png" "file://$out/report.html" 2>/dev/null
