import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

// Which imports the files of a folder may have, besides those of the folder itself. (That the core
// and the status page's metrics know no browser is proved by tsconfig.core.json.)
const layers = {
  "core/connection": ["../host", "../timer", "sharedb/lib/client"],
  "core/document": ["../host", "sharedb/lib/client", "@codemirror/state", "ot-text-unicode"],
  "core/presence": [
    "../host",
    "../timer",
    "../document/",
    "sharedb/lib/client",
    "@codemirror/state",
  ],
  "core/*": [],
  common: ["../core/document/limits"],
  editor: ["../common/", "../core/", "../styles/", "@codemirror/"],
  start: ["../common/", "../styles/"],
  status: ["../common/", "../styles/", "uplot"],
  "status/metrics": [],
};

const layerRules = Object.entries(layers).map(([folder, allowed]) => {
  const starts = ["./", ...allowed].map((start) => start.replaceAll(".", "\\."));
  const message = `src/${folder} may import: ${["itself", ...allowed].join(", ")}`;
  return {
    files: [folder.endsWith("*") ? `src/${folder}.ts` : `src/${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: `^(?!${starts.join("|")})`, message }] },
      ],
    },
  };
});

export default defineConfig(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
          property,
          message: "Text of others is never markup: use textContent or element().",
        })),
      ],
    },
  },
  ...layerRules,
);
