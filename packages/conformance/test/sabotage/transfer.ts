import type { HostArray } from "@nonneg/core";
import { broken, type Sabotage, valuesOf } from "./sabotage.js";

/** What goes up comes down otherwise. */
export const transfer: readonly Sabotage[] = [
  {
    defect: "upload keeps the host's array",
    family: "upload and download",
    dtype: "float32",
    caughtBy: "upload copies: what happens to the host's array later is not seen",
    message: /the matrix uploaded/,
    create: broken((js) => ({
      upload: ({ rows, cols, ...out }, data) =>
        "indptr" in data
          ? js.upload({ rows, cols, ...out }, data)
          : { matrix: { rows, cols, data } },
    })),
  },
  {
    defect: "entries are written to an array of the other dtype",
    family: "upload and download",
    dtype: "float32",
    caughtBy: "what is written entry by entry, or copied, is the same",
    message: /no array of float32/,
    create: broken((js) => ({
      uploadFrom(out, write) {
        const data = new Float64Array(out.rows * out.cols);
        write(data, 0);
        return js.upload(out, data);
      },
    })),
  },
  {
    defect: "entries written in two runs both start at the first",
    family: "upload and download",
    dtype: "float64",
    caughtBy: "what is written entry by entry, or copied, is the same",
    message: /what was written: value/,
    create: broken((js) => ({
      uploadFrom: (out, write) =>
        js.uploadFrom(out, (into) => {
          const half = into.length >> 1;
          write(into.subarray(0, half), 0);
          write(into.subarray(half), 0);
        }),
    })),
  },
  {
    defect: "download hands out the backend's own array",
    family: "upload and download",
    dtype: "float64",
    caughtBy: "downloads are fresh, in the order asked for, of each matrix's dtype",
    message: /the same matrix in the same download/,
    create: broken(() => ({
      download: async (operands) => operands.map(({ handle }) => valuesOf(handle)),
    })),
  },
  {
    defect: "what the writer of the entries throws is swallowed, and zeros go up instead",
    family: "upload and download",
    dtype: "float32",
    caughtBy: "what the writer of an upload throws surfaces, and the next upload is sound",
    message: /thrown by the writer became undefined/,
    create: broken((js) => ({
      uploadFrom(out, write) {
        try {
          return js.uploadFrom(out, write);
        } catch {
          return js.upload(out, new Float32Array(out.rows * out.cols));
        }
      },
    })),
  },
  {
    defect: "a write that fails leaves its entries, which the next upload gets",
    family: "upload and download",
    dtype: "float64",
    caughtBy: "what the writer of an upload throws surfaces, and the next upload is sound",
    message: /the upload after it: value/,
    create: broken((js) => {
      let left: HostArray | undefined;
      return {
        uploadFrom(out, write) {
          left = new Float64Array(out.rows * out.cols);
          write(left, 0);
          const handle = js.upload(out, left);
          left = undefined;
          return handle;
        },
        upload(out, data) {
          const given = left ?? data;
          left = undefined;
          return js.upload(out, given);
        },
      };
    }),
  },
];
