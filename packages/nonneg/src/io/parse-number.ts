/**
 * The number that a cell of text holds: decimal notation, or infinity by any of its usual names
 * (for core to refuse by row and column); NaN where the value is missing (empty, "NaN", "NA");
 * undefined where it is other text. Hexadecimal and the like are text.
 */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  if (missing.test(trimmed)) return NaN;
  if (infinite.test(trimmed)) return trimmed.startsWith("-") ? -Infinity : Infinity;
  return undefined;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const missing = /^(?:|[+-]?nan|na)$/i;
const infinite = /^[+-]?inf(?:inity)?$/i;

/** Text from a file, quoted and clipped for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
