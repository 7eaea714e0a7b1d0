/** The whole screen: three steps on the left, charts and results on the right. */

import { lazy, Suspense, useEffect } from "react";
import { useDropzone } from "react-dropzone";
import { followDrafts } from "./actions/drafts";
import { receiveDrop } from "./actions/drop";
import { watchEngine } from "./actions/heartbeat";
import { start } from "./actions/start";
import { followData } from "./actions/suggested-text";
import { CompareBar } from "./compare/CompareBar";
import { Legend } from "./compare/Legend";
import { ViewControls } from "./compare/ViewControls";
import { DataPanel } from "./data/DataPanel";
import { ComparisonMenu } from "./export/ComparisonMenu";
import { GuideDialog } from "./guide/GuideDialog";
import { DeviceBanner } from "./header/DeviceBanner";
import { EngineBanner } from "./header/EngineBanner";
import { Header } from "./header/Header";
import { HelpDialog } from "./header/HelpDialog";
import { InterruptedBanner } from "./header/InterruptedBanner";
import { Notice } from "./header/Notice";
import { StorageBanner } from "./header/StorageBanner";
import { askBeforeLeaving } from "./leaving";
import { MethodsPanel } from "./methods/MethodsPanel";
import { ModelDialog } from "./model/ModelDialog";
import { Reports } from "./results/Reports";
import { SlicesPanel } from "./results/SlicesPanel";
import { TryIt } from "./results/TryIt";
import { Writing } from "./results/Writing";
import { RunTable } from "./runs/RunTable";
import { UnequalTerms } from "./runs/UnequalTerms";
import { VariantTable } from "./runs/VariantTable";
import { listenToKeys } from "./shortcuts";
import { TrainingPanel } from "./training/TrainingPanel";
import { VerdictPanel } from "./verdict/VerdictPanel";
import "./App.css";

const ChartGrid = lazy(() => import("./charts/ChartGrid"));

let started = false;

export function App() {
  useEffect(() => {
    const endDrafts = followDrafts();
    const endData = followData();
    const endKeys = listenToKeys();
    const endLeaving = askBeforeLeaving();
    const endWatch = watchEngine();
    if (!started) {
      started = true;
      void start();
    }
    return () => {
      endDrafts();
      endData();
      endKeys();
      endLeaving();
      endWatch();
    };
  }, []);
  // Wherever on the page something is dropped.
  const { getRootProps, isDragActive } = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDrop: receiveDrop,
  });
  return (
    <div {...getRootProps({ className: isDragActive ? "page page-drop" : "page" })}>
      <a className="skip-link" href="#results">
        Skip to the charts
      </a>
      <Header />
      <div className="banners">
        <EngineBanner />
        <DeviceBanner />
        <InterruptedBanner />
        <StorageBanner />
        <Notice />
      </div>
      <div className="columns">
        <aside className="steps" aria-label="Set up a comparison">
          <p className="intro">
            Bring data, pick methods, compare: see which way of tuning learns your task best. Your data never leaves
            this machine.
          </p>
          <DataPanel />
          <MethodsPanel />
          <TrainingPanel />
        </aside>
        <main className="results" id="results" tabIndex={-1}>
          <div className="toolbar">
            <CompareBar />
            <div className="toolbar-menu">
              <ComparisonMenu />
            </div>
          </div>
          <VerdictPanel />
          <div className="view-bar">
            <Legend />
            <ViewControls />
          </div>
          <Suspense fallback={<div className="charts charts-loading" />}>
            <ChartGrid />
          </Suspense>
          <UnequalTerms />
          <VariantTable />
          <RunTable />
          <Writing />
          <SlicesPanel />
          <Reports />
          <TryIt />
        </main>
      </div>
      <HelpDialog />
      <GuideDialog />
      <ModelDialog />
    </div>
  );
}
