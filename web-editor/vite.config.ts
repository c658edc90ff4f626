import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  resolve: {
    // The sharedb client asks for node's util and, where it is missing, for the package inherits.
    // Naming that package here answers both without an empty stand-in for util.
    alias: { util: "inherits" },
  },
  build: {
    target: "es2022",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: page("index.html"), editor: page("editor.html") },
    },
  },
  // The time-out only turns a hang into a failure; a busy machine is slow.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 },
} as Parameters<typeof defineConfig>[0]);
