/**
 * The column index of a CSR pattern: `pointers` (cols + 1), and for each stored entry, column by
 * column, its row and its place among the CSR entries. A counting sort: rows come out ascending.
 */
export function buildColumns(
  rows: usize, cols: usize, indptr: usize, indices: usize,
  pointers: usize, rowIndices: usize, places: usize,
): void {
  const nnz = load<u32>(indptr + rows * 4) as usize;
  memory.fill(pointers, 0, (cols + 1) * 4);
  for (let p: usize = 0; p < nnz; p++) {
    const at = pointers + ((load<u32>(indices + p * 4) as usize) << 2);
    store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  for (let j: usize = 0; j < cols; j++) {
    const at = pointers + j * 4;
    store<u32>(at, load<u32>(at) + load<u32>(at, 4), 4);
  }
  let p: usize = 0;
  for (let i: usize = 0; i < rows; i++) {
    for (const end = load<u32>(indptr + i * 4, 4) as usize; p < end; p++) {
      // pointers[j] counts up to the start of column j + 1 …
      const at = pointers + ((load<u32>(indices + p * 4) as usize) << 2);
      const q = load<u32>(at) as usize;
      store<u32>(at, (q + 1) as u32);
      store<u32>(rowIndices + q * 4, i as u32);
      store<u32>(places + q * 4, p as u32);
    }
  }
  // … and is moved back by one place
  for (let j = cols; j > 0; j--) store<u32>(pointers + j * 4, load<u32>(pointers + j * 4 - 4));
  store<u32>(pointers, 0);
}

/** out[q] = values[places[q]]: a CSR matrix's values in the order of its columns. */
export function gather(
  wide: bool, out: usize, values: usize, places: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  for (let q = begin; q < end; q++) {
    const p = load<u32>(places + q * 4) as usize;
    if (wide) store<f64>(out + q * 8, load<f64>(values + p * 8));
    else store<f32>(out + q * 4, load<f32>(values + p * 4));
  }
}
