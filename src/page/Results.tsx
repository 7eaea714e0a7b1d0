/** What lies below the charts: tables, reports, and answers to texts of one's own. */

import { lazy, Suspense } from "react";
import { Part } from "./layout/Part";
import { Reports } from "./results/Reports";
import { SlicesPanel } from "./results/SlicesPanel";
import { TryIt } from "./results/TryIt";
import { Writing } from "./results/Writing";
import { RunTable } from "./runs/RunTable";
import { UnequalTerms } from "./runs/UnequalTerms";
import { useStudio } from "./store/store";

const SweepPanels = lazy(() => import("./sweeps/SweepPanels"));

/** @param isNarrow In one column a text of one's own comes right after the charts. */
export function Results({ isNarrow }: { isNarrow: boolean }) {
  const swept = useStudio(({ comparison }) =>
    comparison.current?.runs.some(({ configuration }) => configuration.sweptAs),
  );
  return (
    <>
      {swept && (
        <Part name="the sweeps">
          <Suspense>
            <SweepPanels />
          </Suspense>
        </Part>
      )}
      {isNarrow && (
        <Part key="try" name="the answers">
          <TryIt />
        </Part>
      )}
      <Part name="the runs">
        <UnequalTerms />
        <RunTable />
      </Part>
      <Part name="the texts">
        <Writing />
      </Part>
      <Part name="the slices">
        <SlicesPanel />
      </Part>
      <Part name="the reports">
        <Reports />
      </Part>
      {!isNarrow && (
        <Part key="try" name="the answers">
          <TryIt />
        </Part>
      )}
    </>
  );
}
