import type { SetupProgress as Progress } from "@nonneg/setup";

/** In the order in which `setup` goes through them; some are skipped, "library" may come twice. */
export type SetupStage = "packages" | "library" | "unpack" | "build" | "verify";

export type SetupProgress = Progress<SetupStage>;

export type Report = (progress: SetupProgress) => void;
