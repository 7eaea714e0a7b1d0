/** r cos θ and r sin θ of every length r and angle θ: vectors given by polar coordinates. */

import { columnProductSum } from "../kernels/column-product-sum";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface PolarPoints {
  /** r cos θ, of the angles' shape. */
  readonly along: Tensor;
  /** r sin θ, likewise. */
  readonly across: Tensor;
}

/** `angles` in radians and `lengths`, of one shape. */
export function polar(program: Program, name: string, angles: Tensor, lengths: Tensor): PolarPoints {
  const part = (of: string) => program.activation(`${name} ${of}`, angles.shape);
  const [cosine, sine, along, across, against] = ["cosine", "sine", "along", "across", "against"].map(part) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const width = angles.shape.reduce((product, size) => product * size, 1);
  program.append({
    kind: "polar",
    inputs: [angles, lengths],
    outputs: [cosine, sine, along, across, against],
    forward: (graph) => {
      const [angle, length] = [graph.use(angles), graph.use(lengths)];
      graph.define(cosine, "Cos", [angle]);
      graph.define(sine, "Sin", [angle]);
      graph.define(along, "Mul", [length, graph.use(cosine)]);
      graph.define(across, "Mul", [length, graph.use(sine)]);
      graph.define(against, "Neg", [graph.use(across)]);
    },
    backward: (tape) => {
      // The derivative of each part by its length and by its angle is another part: a gradient is a product, of one row.
      const parts = [
        { part: along, byLength: cosine, byAngle: against },
        { part: across, byLength: sine, byAngle: along },
      ];
      for (const { part, byLength, byAngle } of parts) {
        const gradient = tape.gradient(part);
        if (!gradient) continue;
        const times = (input: Tensor, factor: Tensor) =>
          tape.send(input, (out, ACCUMULATE) =>
            dispatch(columnProductSum, { x: gradient, y: tape.value(factor), out }, { rows: 1, width }, { ACCUMULATE }),
          );
        times(lengths, byLength);
        times(angles, byAngle);
      }
    },
  });
  return { along, across };
}
