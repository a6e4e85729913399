import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Whether Vulkan's loader would find the manifest of any driver: asked first, because Dawn writes
 * warnings to stderr where there is none. The places are those of the loader's documentation,
 * LoaderDriverInterface.md, "Driver Discovery on Linux".
 */
export function hasVulkanDriver(environment: NodeJS.ProcessEnv = process.env): boolean {
  const named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"];
  if (named.some((name) => environment[name])) return true;
  const get = (name: string, otherwise: string) => environment[name] || otherwise;
  const directories = [
    get("XDG_CONFIG_HOME", join(homedir(), ".config")),
    ...get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"),
    "/etc",
    get("XDG_DATA_HOME", join(homedir(), ".local/share")),
    ...get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":"),
  ];
  return directories.some((directory) => {
    try {
      return readdirSync(join(directory, "vulkan/icd.d")).some((file) => file.endsWith(".json"));
    } catch {
      return false; // no such directory
    }
  });
}
