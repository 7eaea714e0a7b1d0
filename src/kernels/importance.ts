/** AdaLoRA's smoothed sensitivity and uncertainty of a trained tensor's elements. */

import shared from "../../shaders/gradient-clipping.wgsl?raw";
import source from "../../shaders/importance.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const importance = defineKernel({
  name: "importance",
  source: shared + source,
  bindings: {
    value: "read f32",
    gradient: "read f32",
    stepFigures: "read f32",
    sensitivity: "read-write f32",
    uncertainty: "read-write f32",
  },
  sizes: { count: "u32", beta1: "f32", beta2: "f32", maxNorm: "f32" },
  processor: {
    loop({ value, gradient, stepFigures, sensitivity, uncertainty }, { count, beta1, beta2, maxNorm }) {
      const norm = stepFigures.f32[1]!;
      if (!Number.isFinite(stepFigures.f32[0]!) || !Number.isFinite(norm)) return;
      const clip = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
      for (let i = 0; i < count; i++) {
        const s = Math.abs(value.f32[i]! * gradient.f32[i]! * clip);
        const smoothed = beta1 * sensitivity.f32[i]! + (1 - beta1) * s;
        sensitivity.f32[i] = smoothed;
        uncertainty.f32[i] = beta2 * uncertainty.f32[i]! + (1 - beta2) * Math.abs(s - smoothed);
      }
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
