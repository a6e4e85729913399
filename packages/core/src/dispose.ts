/**
 * Brings `Symbol.dispose` and `Symbol.asyncDispose` where the runtime lacks them (Safari), so that
 * `using` compiled for ES2022 works. Imported first by `index.ts`; does nothing elsewhere.
 */
for (const name of ["dispose", "asyncDispose"] as const) {
  if (!(name in Symbol)) {
    Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
  }
}
export {};
