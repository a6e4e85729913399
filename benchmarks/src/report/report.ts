import type { Summary } from "../summary.js";
export async function htmlReport(summary: Summary): Promise<string> {
  return Promise.resolve(summary.note);
}
