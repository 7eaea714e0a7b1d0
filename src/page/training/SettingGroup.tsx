/** Settings that are seldom changed, folded away behind a line that says what they are. */

import type { ReactNode } from "react";

interface SettingGroupProps {
  title: string;
  /** The present values in few words. */
  summary: string;
  children: ReactNode;
}

export function SettingGroup({ title, summary, children }: SettingGroupProps) {
  return (
    <details className="setting-group">
      <summary>
        {title} <span className="muted">{summary}</span>
      </summary>
      <div className="field-grid">{children}</div>
    </details>
  );
}
