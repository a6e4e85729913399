export interface SetupProgress {
  readonly stage: "library" | "unpack" | "verify";
  /** what is being done, for people */
  readonly message: string;
}

export type Report = (progress: SetupProgress) => void;
