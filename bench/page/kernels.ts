/**
 * Where the time of our backward pass goes: all its dispatches of one kernel at a time. Values do
 * not matter, sizes do.
 */

import type { Dispatch } from "../../src/kernels/kernel";
import { methodOf } from "../../src/methods/registry";
import { bind, type Place } from "../../src/program/place";
import { type Tensor, tensorBytes } from "../../src/program/tensor";
import { methodContext, parseOptions } from "../../src/runs/resolve";
import { buildTunedProgram, type TunedProgram } from "../../src/runs/tuned-program";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { medians } from "./clock";
import type { KernelTimes, Measured } from "./parts";
import { CLASSES, type Rig } from "./rig";

const CASES = [
  { name: "LoRA, all linear layers", method: "lora", options: { targets: "all-linear" } },
  { name: "SK-Prefix", method: "sk-prefix", options: {} },
] as const;
const SHAPE = { software: [8, 32], hardware: [16, 128] } as const;
const SAMPLES = { software: 3, hardware: 21 } as const;
const OWNER = "benchmark";

export async function kernelTimes(rig: Rig): Promise<Measured> {
  const { executor, model } = rig;
  const kind = rig.software ? "software" : "hardware";
  const [size, tokens] = SHAPE[kind];
  const rows: KernelTimes[] = [];
  for (const { name, method, options } of CASES) {
    const parsed = parseOptions(model, { name, method, options });
    const context = methodContext(model, methodOf(method), parsed, 0);
    const setup = {
      method: methodOf(method),
      options: parsed,
      context,
      task: sequenceClassification,
      classes: CLASSES,
      pooling: "last",
    } as const;
    const tuned = buildTunedProgram(setup, size, tokens);
    const place = placesOf(rig, tuned, tokens);
    const groups = new Map<string, Dispatch<GPUBuffer>[]>();
    for (const one of bind(tuned.backward.dispatches, place)) {
      const group = `${one.kernel.name} ${Object.values(one.sizes).join(" × ")}`;
      groups.set(group, [...(groups.get(group) ?? []), one]);
    }
    try {
      const work: Record<string, () => Promise<void>> = {};
      for (const [group, dispatches] of groups) {
        const compiled = await executor.compile(dispatches, { owner: OWNER });
        work[group] = async () => {
          const commands = executor.commands();
          commands.run(compiled);
          await commands.submit();
        };
      }
      const times = await medians(executor, work, SAMPLES[kind]);
      const total = Object.values(times).reduce((sum, time) => sum + time, 0);
      for (const [kernel, dispatches] of groups) {
        const milliseconds = times[kernel]!;
        rows.push({ method: name, kernel, dispatches: dispatches.length, milliseconds, share: milliseconds / total });
      }
    } finally {
      executor.memory.releaseOwner(OWNER);
    }
  }
  rows.sort((a, b) => b.share - a.share);
  return { part: "kernels", samples: SAMPLES[kind], batch: `${size} × ${tokens}`, rows };
}

/** Gives every place of a backward plan a buffer of its size. */
function placesOf({ executor }: Rig, { backward, logits, lengths }: TunedProgram, tokens: number) {
  const buffers = new Map<Tensor | string, GPUBuffer>();
  const allocate = (key: Tensor | string, label: string, bytes: number) => {
    const known = buffers.get(key);
    if (known) return known;
    const buffer = executor.memory.allocate(bytes, { label, category: "activations", owner: OWNER });
    buffers.set(key, buffer);
    return buffer;
  };
  const rows = Int32Array.from({ length: lengths.shape[0]! }, () => tokens);
  executor.device.queue.writeBuffer(allocate(lengths, "lengths", rows.byteLength), 0, rows);
  return (place: Place): GPUBuffer => {
    if (place.kind === "scratch") {
      return allocate(`scratch ${place.slot}`, "scratch", backward.slots[place.slot]! * 4);
    }
    if (place.kind !== "value" && place.kind !== "gradient")
      return allocate(place.kind, place.kind, tensorBytes(logits));
    const { name } = place.tensor;
    const key = place.kind === "value" ? place.tensor : `gradient of ${name}`;
    return allocate(key, name, tensorBytes(place.tensor));
  };
}
