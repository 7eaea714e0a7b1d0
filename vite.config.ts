/** Builds and serves the studio. Tests have their own configuration. */

import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licencesFile } from "./tools/licences.mjs";
import { HUB_SERVERS, ISOLATION, readHubs, securityHeaders } from "./tools/security/headers.mjs";
import { builtPolicy } from "./tools/security/plugin.mjs";
import { serviceWorker } from "./tools/service-worker/plugin.mjs";

/** Whom a page that is built for another host may ask beside its own server. */
const hubs = [...HUB_SERVERS, ...readHubs(process.env.STUDIO_HUBS ?? "")];

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  // A built page finds everything beside itself, at whatever path it is put.
  base: "./",
  plugins: [react(), builtPolicy(hubs), licencesFile(path(".")), serviceWorker(hubs)],
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    // The page people open, and the one the headless runner opens.
    rolldownOptions: {
      input: ["index.html", "runner.html"],
      // How long plugins took is no warning to whoever starts the studio.
      checks: { bundlerTimings: false },
    },
  },
  worker: {
    format: "es",
    // Unlike any chunk of the page.
    rolldownOptions: { output: { entryFileNames: "assets/studio-worker-[hash].js" } },
  },
  resolve: {
    alias: {
      // Radix's menus and dialogs put `style` elements into the page by it, which the policy
      // refuses.
      "react-style-singleton": path("src/page/styles/adopted-style.ts"),
      "@stdlib/assert-has-generator-support": path("tools/security/has-generators.cjs"),
    },
  },
  // onnxruntime-web finds its wasm files relative to its own modules; pre-bundling would move them.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  // Reloading while one works needs scripts and styles in the page.
  server: { port: 5173, headers: ISOLATION },
  preview: { port: 4173, headers: securityHeaders(hubs) },
});
