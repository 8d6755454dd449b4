/** How the page is built: relative addresses, so that it works below any path, and one thread of wasm. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../hinterland/show/static",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  worker: { format: "es" },
  // No test fails because a machine is slow.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 120_000 },
});
