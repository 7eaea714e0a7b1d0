/** Builds and serves the studio. Tests have their own configuration. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Cross-origin isolation: without it a page may have no shared memory, and so only one thread. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    // The page people open, and the one the headless runner opens.
    rolldownOptions: { input: ["index.html", "runner.html"] },
  },
  worker: { format: "es" },
  // onnxruntime-web finds its wasm files relative to its own modules; pre-bundling would move them.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: { port: 5173, headers },
  preview: { port: 4173, headers },
});
