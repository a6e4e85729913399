/** Pads each of the names to the longest, so that what follows them lines up. */
export function column(names: readonly string[]): (name: string) => string {
  const width = Math.max(...names.map(({ length }) => length));
  return (name) => name.padEnd(width);
}
