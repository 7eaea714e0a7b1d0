/** One AdamW update of a tensor, in place. */

import source from "../../shaders/adamw.wgsl?raw";
import shared from "../../shaders/gradient-clipping.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const adamw = defineKernel({
  name: "adamw",
  source: shared + source,
  bindings: {
    parameter: "read-write f32",
    gradient: "read f32",
    firstMoment: "read-write f32",
    secondMoment: "read-write f32",
    schedule: "read f32",
    stepFigures: "read f32",
  },
  sizes: { count: "u32", weightDecay: "f32", learningRateScale: "f32" },
  processor: {
    loop(
      { parameter, gradient, firstMoment, secondMoment, schedule, stepFigures },
      { count, weightDecay, learningRateScale },
    ) {
      const [values, gradients, first, second] = [parameter.f32, gradient.f32, firstMoment.f32, secondMoment.f32];
      const [loss, norm] = [stepFigures.f32[0]!, stepFigures.f32[1]!];
      if (!Number.isFinite(loss) || !Number.isFinite(norm)) return;
      const [rate, beta2, oneMinusBeta1, oneMinusBeta2, epsilon, correction1, correction2, maxNorm] =
        schedule.f32 as unknown as readonly [number, number, number, number, number, number, number, number];
      const learningRate = rate * learningRateScale;
      const clip = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
      const keep = 1 - learningRate * weightDecay;
      const size = learningRate / correction1;
      const spread = 1 / Math.sqrt(correction2);
      for (let i = 0; i < count; i++) {
        const g = gradients[i]! * clip;
        const m = first[i]! + (g - first[i]!) * oneMinusBeta1;
        const v = second[i]! * beta2 + g * g * oneMinusBeta2;
        first[i] = m;
        second[i] = v;
        values[i] = values[i]! * keep - (size * m) / (Math.sqrt(v) * spread + epsilon);
      }
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
