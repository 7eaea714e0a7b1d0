/** The whole screen: three steps on the left, charts and results on the right. */

import { lazy, Suspense, useEffect } from "react";
import { useDropzone } from "react-dropzone";
import { isUnfinished } from "../plan/phase";
import { followAddress } from "./actions/address";
import { followDrafts } from "./actions/drafts";
import { receiveDrop } from "./actions/drop";
import { watchEngine } from "./actions/heartbeat";
import { keepForOffline } from "./actions/offline";
import { followPace } from "./actions/pace";
import { keepRemembering } from "./actions/remembered";
import { start } from "./actions/start";
import { followData } from "./actions/suggested-text";
import { foldSteps } from "./actions/ui";
import { Arrival } from "./arrival/Arrival";
import { Gallery } from "./arrival/Gallery";
import { keepAwake } from "./awake";
import { CompareBar } from "./compare/CompareBar";
import { Legend } from "./compare/Legend";
import { Preparation } from "./compare/Preparation";
import { ResultsHeading } from "./compare/ResultsHeading";
import { ViewControls } from "./compare/ViewControls";
import { DataPanel } from "./data/DataPanel";
import { ComparisonMenu } from "./export/ComparisonMenu";
import { GuideDialog } from "./guide/GuideDialog";
import { DeviceBanner } from "./header/DeviceBanner";
import { EngineBanner } from "./header/EngineBanner";
import { Header } from "./header/Header";
import { HelpDialog } from "./header/HelpDialog";
import { InterruptedBanner } from "./header/InterruptedBanner";
import { NewerBanner } from "./header/NewerBanner";
import { Notice } from "./header/Notice";
import { StorageBanner } from "./header/StorageBanner";
import { Part } from "./layout/Part";
import { useNarrow } from "./layout/use-narrow";
import { askBeforeLeaving } from "./leaving";
import { MethodsPanel } from "./methods/MethodsPanel";
import { ModelDialog } from "./model/ModelDialog";
import { NotebookDialog } from "./notebook/NotebookDialog";
import { notifyAtEnd } from "./notify";
import { listenToKeys } from "./shortcuts";
import { hasCurves } from "./store/session";
import { isBusy, useStudio } from "./store/store";
import { followTitle } from "./title";
import { TrainingPanel } from "./training/TrainingPanel";
import "./App.css";

const loadVerdict = () => import("./verdict/VerdictPanel").then(({ VerdictPanel }) => ({ default: VerdictPanel }));
const VerdictPanel = lazy(loadVerdict);
const loadCharts = () => import("./charts/ChartGrid");
const ChartGrid = lazy(loadCharts);
const loadResults = () => import("./Results").then(({ Results }) => ({ default: Results }));
const Results = lazy(loadResults);

let started = false;

/** Charts and verdict of what has been compared. */
function Compared() {
  return (
    <>
      <div className="toolbar">
        <Part name="the bar above the charts">
          <CompareBar />
          <div className="toolbar-menu">
            <ComparisonMenu />
          </div>
        </Part>
      </div>
      <Part name="the verdict">
        <ResultsHeading />
        <Suspense>
          <VerdictPanel />
        </Suspense>
      </Part>
      <Part name="the charts">
        <Charts />
      </Part>
    </>
  );
}

/** With the first point; where a comparison has ended without one, for the earlier ones. */
function Charts() {
  const empty = useStudio(({ comparison: { current } }) => (current && !hasCurves(current) ? current : null));
  const earlier = useStudio(({ comparison }) => comparison.past.some(hasCurves));
  if (empty && isUnfinished(empty.state)) return <Preparation comparison={empty} />;
  if (empty && !earlier) return null;
  return (
    <>
      <div className="view-bar">
        <Legend />
        <ViewControls />
      </div>
      <Suspense fallback={<div className="charts charts-loading" />}>
        <ChartGrid />
      </Suspense>
    </>
  );
}

export function App() {
  const isNarrow = useNarrow();
  // In one column what comes of them stands first, and steps are unfolded when they are wanted.
  useEffect(() => {
    if (isNarrow) foldSteps();
  }, [isNarrow]);
  useEffect(() => {
    const endDrafts = followDrafts();
    const endPace = followPace();
    const endData = followData();
    const endAddress = followAddress();
    const endRemembering = keepRemembering();
    const endKeys = listenToKeys();
    const endTitle = followTitle();
    const endLeaving = askBeforeLeaving();
    const endAwake = keepAwake();
    const endNotifying = notifyAtEnd();
    const endWatch = watchEngine();
    if (!started) {
      started = true;
      // Charts are asked for while nobody waits for them yet.
      void start().then(loadCharts).then(loadVerdict).then(keepForOffline);
    }
    return () => {
      endDrafts();
      endPace();
      endData();
      endAddress();
      endRemembering();
      endKeys();
      endTitle();
      endLeaving();
      endAwake();
      endNotifying();
      endWatch();
    };
  }, []);
  const busy = useStudio(isBusy);
  const compared = useStudio(({ comparison }) => comparison.current !== null || comparison.past.length > 0);
  // Wherever on the page something is dropped.
  const { getRootProps, isDragActive } = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDrop: receiveDrop,
  });
  const setup = (
    <aside key="setup" className="steps" aria-label="Set up a comparison">
      <p className="intro">
        Bring data, pick methods, compare: see which way of tuning learns your task best. Your data never leaves this
        machine.
      </p>
      <Part name="step 1">
        <DataPanel />
      </Part>
      <Part name="step 2">
        <MethodsPanel />
      </Part>
      <Part name="step 3">
        <TrainingPanel />
      </Part>
    </aside>
  );
  const results = (
    <main key="results" className="results" id="results" tabIndex={-1}>
      {compared ? (
        <Compared />
      ) : (
        <Part name="the comparison to begin with">
          <Arrival />
          <Gallery />
        </Part>
      )}
      <Part name="the results">
        <Suspense>
          <Results isNarrow={isNarrow} />
        </Suspense>
      </Part>
    </main>
  );
  return (
    <div {...getRootProps({ className: "page" })}>
      <a className="skip-link" href="#results">
        Skip to the charts
      </a>
      <Part name="the header">
        <Header />
      </Part>
      <div className="banners">
        <Part name="the messages">
          <EngineBanner />
          <DeviceBanner />
          <InterruptedBanner />
          <StorageBanner />
          <NewerBanner />
          <Notice />
        </Part>
      </div>
      <div className="columns">{isNarrow ? [results, setup] : [setup, results]}</div>
      {isDragActive && (
        <div className="drop-words" aria-hidden="true">
          <strong>{busy ? "A comparison is running: nothing is opened now." : "Drop to open as training data"}</strong>
          {!busy && <span>or a base model's folder</span>}
        </div>
      )}
      <Part name="a dialog">
        <HelpDialog />
        <GuideDialog />
        <ModelDialog />
        <NotebookDialog />
      </Part>
    </div>
  );
}
