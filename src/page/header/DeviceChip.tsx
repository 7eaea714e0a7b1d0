/** What the studio computes on, the bytes it holds there, and the choice of another. */

import { ChevronDown } from "lucide-react";
import { Popover, RadioGroup } from "radix-ui";
import { useShallow } from "zustand/react/shallow";
import type { DeviceChoice, DeviceReport } from "../../worker/api";
import { chooseDevice } from "../actions/start";
import { EngineersDetail } from "../layout/EngineersDetail";
import { formatBytes } from "../numbers";
import { bytesHeld } from "../store/memory-bytes";
import { isBusy, useStudio } from "../store/store";
import { Acceleration } from "./Acceleration";
import { Facts } from "./Facts";
import "./DeviceChip.css";

const states: Record<DeviceReport["status"], string> = {
  ready: "ready",
  software: "software, slow",
  "no-webgpu": "no WebGPU",
  "no-adapter": "no adapter",
  "limit-too-low": "limit too low",
  "wrong-results": "computes wrongly",
};

export function DeviceChip() {
  const { report, lost } = useStudio((state) => state.device);
  const held = useStudio(useShallow(bytesHeld));
  const usable = report?.status === "ready" || report?.status === "software";
  const problem = lost !== null || (report !== null && report.status !== "ready");
  const name = report?.name || "none";
  return (
    <Popover.Root>
      <Popover.Trigger className={problem ? "chip chip-problem" : "chip"}>
        <span className="chip-label">Device</span>
        <span className="chip-value">{lost ? "lost" : report ? name : "looking…"}</span>
        {report && !lost && <span className="chip-detail">{usable ? textOf(held) : states[report.status]}</span>}
        <ChevronDown size={14} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="start" sideOffset={8} collisionPadding={8} aria-label="Device">
          {lost && <p className="field-problem">{lost}</p>}
          {report && (
            <>
              <h2 className="popover-title">{name}</h2>
              {report.message && <p>{report.message}</p>}
              {report.reason && <p>{report.reason}</p>}
              {report.executor === "processor" && <Acceleration />}
              <DeviceChoices report={report} />
              <EngineersDetail>
                <Facts facts={factsOf(report, held)} />
              </EngineersDetail>
            </>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function DeviceChoices({ report }: { report: DeviceReport }) {
  const busy = useStudio(isBusy);
  return (
    <fieldset className="plain-fieldset field" disabled={busy}>
      <legend className="group-label">Compute on</legend>
      <RadioGroup.Root
        className="device-choices"
        aria-label="Compute on"
        value={report.choice}
        disabled={busy}
        onValueChange={(choice) => void chooseDevice(choice as DeviceChoice)}
      >
        <Choice value="auto" name="Automatic" detail="A graphics card where it is faster, else the processor." />
        {report.options.map(({ choice, name, refusal }) => (
          <Choice key={choice} value={choice} name={capitalise(name)} detail={refusal} disabled={refusal !== null} />
        ))}
      </RadioGroup.Root>
      {busy && <p className="field-help">It can be changed when nothing is training.</p>}
    </fieldset>
  );
}

function Choice(props: { value: DeviceChoice; name: string; detail: string | null; disabled?: boolean }) {
  const { value, name, detail, disabled = false } = props;
  const id = `device-${value}`;
  return (
    <div className="device-choice">
      <RadioGroup.Item id={id} value={value} disabled={disabled} className="radio">
        <RadioGroup.Indicator className="radio-mark" />
      </RadioGroup.Item>
      <label htmlFor={id} className={disabled ? "muted" : undefined}>
        {name}
        {detail && <span className="field-help"> {detail}</span>}
      </label>
    </div>
  );
}

const capitalise = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

type Held = ReturnType<typeof bytesHeld>;

const textOf = (held: Held) => held && `${formatBytes(held.bytes)} ${held.what}`;

function factsOf(report: DeviceReport, held: Held): [string, string][] {
  const used: [string, string] = ["Memory", textOf(held) ?? "nothing yet"];
  if (report.executor === "processor") return [["Threads", String(report.threads ?? 1)], used];
  return [
    ["State", states[report.status]],
    ["Vendor", report.adapter.vendor || "not told"],
    ["Architecture", report.adapter.architecture || "not told"],
    used,
    ["Largest buffer", formatBytes(report.limits.maxBufferSize)],
    ["Largest binding", formatBytes(report.limits.maxStorageBufferBindingSize)],
    ["Features", report.features.join(", ") || "none"],
  ];
}
