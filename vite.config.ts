/** Builds and serves the studio. Tests have their own configuration. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

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
  server: { port: 5173 },
  preview: { port: 4173 },
});
