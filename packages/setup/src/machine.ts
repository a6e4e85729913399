import { arch, platform, report } from "node:process";

/** What native libraries are built for: system and processor, such as "linux-x64". musl is a system of its own. */
export function machine(): string {
  return `${platform === "linux" && usesMusl() ? "musl" : platform}-${arch}`;
}

function usesMusl(): boolean {
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return !header?.glibcVersionRuntime;
}
