// @ts-check
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  // `assembly` holds AssemblyScript: other types than TypeScript's, checked by its own compiler.
  globalIgnores(["**/dist/", "**/.turbo/", "nonneg-out/", "packages/*/assembly/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // TypeScript knows better, in JavaScript too.
      "no-undef": "off",
      // An index that a loop's bounds keep in range needs no test at run time.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `async` without `await` is how a synchronous backend meets an asynchronous interface.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      // `using` is there for its end.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", ignoreUsingDeclarations: true },
      ],
      // An error kept in a poisoned handle is thrown on as it is.
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true }],
      // A provider's backend is of the class that its package says.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: "error",
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // These run in a browser.
    files: ["packages/core/src/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["node:*"] }] },
  },
  {
    // In plain JavaScript `any` comes by itself; TypeScript checks what says `@ts-check`.
    files: ["**/*.js"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    // A package from outside, which finds its types where it is installed.
    files: ["examples/**"],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
