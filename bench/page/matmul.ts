/** Our matrix product beside onnxruntime's Gemm on the same buffers. */

import type { DeviceBuffer } from "../../src/executors/executor";
import { writeGraph } from "../../src/forward/graph";
import { dispatch } from "../../src/kernels/kernel";
import { matmul } from "../../src/kernels/matmul";
import { linear } from "../../src/operations/linear";
import { Program } from "../../src/program/program";
import { type Tensor, tensorBytes } from "../../src/program/tensor";
import { medians } from "./clock";
import type { MatmulTimes, Measured } from "./parts";
import type { Rig } from "./rig";

type Sizes = readonly [number, number, number];

/**
 * Rows, columns, inner: of this model's layers and a LoRA factor; on hardware of larger models too.
 */
const SIZES: Record<"software" | "hardware", readonly Sizes[]> = {
  software: [
    [256, 96, 256],
    [512, 256, 256],
    [512, 8, 96],
  ],
  hardware: [
    [256, 96, 256],
    [512, 256, 256],
    [512, 8, 96],
    [2048, 2048, 2048],
    [2048, 8, 2048],
  ],
};
/** In one submission, so that its overhead is shared; few where one product takes long. */
const TOGETHER = { software: 2, hardware: 8 } as const;
const SAMPLES = { software: 5, hardware: 21 } as const;
const OWNER = "benchmark";

export async function matmulTimes(rig: Rig): Promise<Measured> {
  const kind = rig.software ? "software" : "hardware";
  const rows: MatmulTimes[] = [];
  for (const sizes of SIZES[kind]) {
    for (const transposed of [false, true]) {
      rows.push(await timeProduct(rig, sizes, transposed, TOGETHER[kind], SAMPLES[kind]));
    }
  }
  return { part: "matmul", samples: SAMPLES[kind], together: TOGETHER[kind], rows };
}

async function timeProduct(
  { executor }: Rig,
  sizes: Sizes,
  transposed: boolean,
  together: number,
  samples: number,
): Promise<MatmulTimes> {
  const { memory } = executor;
  const [rows, columns, inner] = sizes;
  const program = new Program();
  const a = program.input("a", [rows, inner], "float32");
  const b = program.input("b", transposed ? [columns, inner] : [inner, columns], "float32");
  const layout = transposed ? "out-in" : "in-out";
  const outputs = Array.from({ length: together }, (_, index) => linear(program, `out ${index}`, a, b, { layout }));
  const buffers = new Map<Tensor, DeviceBuffer>();
  for (const tensor of [a, b, ...outputs]) {
    const allocation = { label: tensor.name, category: "activations", owner: OWNER } as const;
    buffers.set(tensor, memory.allocate(tensorBytes(tensor), allocation));
  }
  const place = (tensor: Tensor) => buffers.get(tensor)!;
  for (const factor of [a, b]) {
    const values = Float32Array.from({ length: tensorBytes(factor) / 4 }, (_, index) => Math.sin(index));
    executor.write(place(factor), values);
  }
  const session = await executor.session(writeGraph(program, outputs), place);
  const ours = await executor.compile(
    outputs.map((out) =>
      dispatch(
        matmul,
        { a: place(a), b: place(b), out: place(out) },
        { rows, columns, inner, alpha: 1 },
        { TRANSPOSE_B: transposed ? 1 : 0 },
      ),
    ),
    { owner: OWNER },
  );
  try {
    const times = await medians(
      executor,
      {
        onnxruntime: () => session.run(),
        ours: async () => {
          const commands = executor.commands();
          commands.run(ours);
          await commands.submit();
        },
      },
      samples,
    );
    console.log(`matrix product ${sizes.join(" × ")}: ${(times.ours / times.onnxruntime).toFixed(2)}`);
    return { sizes, transposed, ours: times.ours / together, onnxruntime: times.onnxruntime / together };
  } finally {
    await session.release();
    memory.releaseOwner(OWNER);
  }
}
