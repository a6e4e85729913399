import type { HostMatrix } from "@nonneg/core";

/** What a file holds: the matrix, and the names of its rows and columns where the file gives them. */
export interface MatrixFile {
  readonly matrix: HostMatrix;
  readonly rowNames?: readonly string[];
  readonly columnNames?: readonly string[];
}
