/** The GPU: which adapter, and the bytes the studio holds there. */

import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import type { DeviceReport } from "../../worker/api";
import { formatBytes } from "../format";
import { gpuBytesHeld } from "../store/gpu-bytes";
import { useStudio } from "../store/store";
import { Facts } from "./Facts";

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
  const held = useStudio(gpuBytesHeld);
  const usable = report?.status === "ready" || report?.status === "software";
  const problem = lost !== null || (report !== null && report.status !== "ready");
  return (
    <Popover.Root>
      <Popover.Trigger className={problem ? "chip chip-problem" : "chip"}>
        <span className="chip-label">Device</span>
        <span className="chip-value">{lost ? "lost" : report ? adapterName(report) : "looking…"}</span>
        {report && !lost && (
          <span className="chip-detail">{usable ? `${formatBytes(held)} in use` : states[report.status]}</span>
        )}
        <ChevronDown size={14} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="start" sideOffset={8} collisionPadding={8} aria-label="Device">
          {lost && <p className="field-problem">{lost}</p>}
          {report && (
            <>
              <h2 className="popover-title">{adapterName(report)}</h2>
              {report.message && <p>{report.message}</p>}
              <Facts
                facts={[
                  ["State", states[report.status]],
                  ["Vendor", report.adapter.vendor || "not told"],
                  ["Architecture", report.adapter.architecture || "not told"],
                  ["In use by the studio", formatBytes(held)],
                  ["Largest buffer", formatBytes(report.limits.maxBufferSize)],
                  ["Largest binding", formatBytes(report.limits.maxStorageBufferBindingSize)],
                  ["Features", report.features.join(", ") || "none"],
                ]}
              />
            </>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function adapterName({ adapter, status }: DeviceReport): string {
  if (status === "no-webgpu" || status === "no-adapter") return "none";
  const pair = [adapter.vendor, adapter.architecture].filter(Boolean).join(" ");
  return adapter.description || adapter.device || pair || "GPU";
}
