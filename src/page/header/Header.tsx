/** The top line: which studio, which base model, which device, which theme; notebook and help. */

import { CircleHelp, Monitor, Moon, NotebookText, Sun } from "lucide-react";
import { setTheme } from "../actions/ui";
import type { Theme } from "../store/state";
import { patch, useStudio } from "../store/store";
import { DeviceChip } from "./DeviceChip";
import { ModelChip } from "./ModelChip";
import "./Header.css";

const nextTheme: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const themeIcons = { system: Monitor, light: Sun, dark: Moon };

export function Header() {
  const theme = useStudio((state) => state.ui.theme);
  const ThemeIcon = themeIcons[theme];
  return (
    <header className="header">
      <h1 className="studio-name">
        <svg className="studio-mark" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <rect width="16" height="16" rx="3" />
          <path d="M3 3.5c2 6 4 8 10 8.5M3 3.5c4 1.5 7 3 10 4" />
        </svg>
        SK-Tuning Studio
      </h1>
      <div className="chips">
        <ModelChip />
        <DeviceChip />
      </div>
      <div className="header-tools">
        <button
          type="button"
          className="icon-button"
          aria-label="Notebook of comparisons"
          title="Notebook of comparisons (n)"
          onClick={() => patch("ui", { notebook: true })}
        >
          <NotebookText size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Theme: ${theme}. Change to ${nextTheme[theme]}`}
          title={`Theme: ${theme}`}
          onClick={() => setTheme(nextTheme[theme])}
        >
          <ThemeIcon size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Help and keyboard shortcuts"
          title="Help and keyboard shortcuts (?)"
          onClick={() => patch("ui", { help: true })}
        >
          <CircleHelp size={18} aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}
