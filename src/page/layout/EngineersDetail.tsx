/** What only those who know a model or a device from within ask for: folded everywhere alike. */

import type { ReactNode } from "react";

export function EngineersDetail({ children }: { children: ReactNode }) {
  return (
    <details>
      <summary>Detail for engineers</summary>
      {children}
    </details>
  );
}
