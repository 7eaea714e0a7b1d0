/** Puts the page on the screen. */

// Before the components, whose own rules come after these.
import "./page/styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./page/App";
import { isolate } from "./page/isolate";
import { Part } from "./page/layout/Part";

const root = document.getElementById("root");
if (!root) throw new Error('index.html has no element with the id "root".');
const isReloading = await isolate();
if (!isReloading) {
  createRoot(root).render(
    <StrictMode>
      <Part name="the page">
        <App />
      </Part>
    </StrictMode>,
  );
}
