/**
 * Where a base model is chosen: one that is ready here, one of the Hub, one of this computer; and
 * what is stored.
 */

import { Tabs } from "radix-ui";
import { ProgressLine } from "../compare/ProgressLine";
import { Dialog } from "../layout/Dialog";
import { Message } from "../layout/Message";
import type { ModelTab } from "../store/state";
import { patch, useStudio } from "../store/store";
import { ComputerTab } from "./ComputerTab";
import { HubTab } from "./HubTab";
import { ModelActions, ModelDetailsPanel } from "./ModelDetailsPanel";
import { ReadyTab } from "./ReadyTab";
import { StorageTab } from "./StorageTab";
import "./ModelDialog.css";

const tabs: readonly (readonly [ModelTab, string])[] = [
  ["ready", "Ready here"],
  ["hub", "Hub"],
  ["computer", "This computer"],
  ["storage", "Storage"],
];

export function ModelDialog() {
  const { choosing, place, opening, downloading, looking, lookError, error } = useStudio((state) => state.model);
  const shownError = lookError ?? (place === "storage" ? null : error);
  return (
    <Dialog
      open={choosing}
      onOpenChange={(open) => patch("model", { choosing: open })}
      title="Base model"
      about="The frozen model that all methods tune. Your data stays open and is read again by the new model's tokenizer."
      className="model-dialog"
    >
      <Tabs.Root
        value={place}
        onValueChange={(tab) => patch("model", { place: tab as ModelTab, details: null, lookError: null })}
      >
        <Tabs.List className="tabs" aria-label="Where the model is">
          {tabs.map(([tab, title]) => (
            <Tabs.Trigger key={tab} value={tab} className="tab" disabled={downloading !== null && tab !== place}>
              {title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="ready" className="tab-body">
          <ReadyTab />
        </Tabs.Content>
        <Tabs.Content value="hub" className="tab-body">
          <HubTab />
        </Tabs.Content>
        <Tabs.Content value="computer" className="tab-body">
          <ComputerTab />
        </Tabs.Content>
        <Tabs.Content value="storage" className="tab-body">
          <StorageTab />
        </Tabs.Content>
      </Tabs.Root>
      {looking !== null && <p className="waiting">Looking at {looking}…</p>}
      {shownError !== null && <Message kind="error">{shownError}</Message>}
      <ModelDetailsPanel />
      <div className="model-footer">
        {(opening !== null || downloading !== null) && <ProgressLine />}
        <ModelActions />
      </div>
    </Dialog>
  );
}
