/** Puts the page on the screen. */

// Before the components, whose own rules come after these.
import "./page/styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./page/App";
import { isolate } from "./page/isolate";

const root = document.getElementById("root");
if (!root) throw new Error('index.html has no element with the id "root".');
const isReloading = await isolate();
if (!isReloading) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
