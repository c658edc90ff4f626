import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// What the pages say while their script is missing.
const unstarted = {
  name: "unstarted",
  transformIndexHtml: {
    order: "pre",
    handler: (html: string) =>
      html.replace("<!-- unstarted -->", readFileSync(page("src/unstarted.html"), "utf8")),
  },
};

export default defineConfig({
  plugins: [unstarted],
  // All addresses are relative, so that a proxy may serve the pages under any path. The editor's page
  // is one folder deeper: /d/NAME, /embed/NAME.
  experimental: {
    renderBuiltUrl: (
      filename: string,
      { hostId, hostType }: { hostId: string; hostType: string },
    ) => {
      if (hostType !== "html") return { relative: true };
      return hostId === "editor.html" ? `../${filename}` : `./${filename}`;
    },
  },
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
      input: {
        index: page("index.html"),
        editor: page("editor.html"),
        status: page("status.html"),
      },
    },
  },
  // The time-out only turns a hang into a failure; a busy machine is slow.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 },
} as Parameters<typeof defineConfig>[0]);
