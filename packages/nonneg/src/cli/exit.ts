/** What ends a command. */
export const EXIT = { done: 0, wrong: 1, unavailable: 2, interrupted: 130 } as const;
