/**
 * BEFT's and RoAd's folders: which modules they name, what they refuse, and where PEFT has nothing
 * of the kind.
 */

import { describe, expect, it } from "vitest";
import { beft } from "../../../src/adapters/forms/beft";
import { type RoadSettings, road } from "../../../src/adapters/forms/road";
import type { PeftConfig } from "../../../src/adapters/peft-config";
import type { NamedTensor } from "../../../src/hub/write-safetensors";
import { writingSite } from "./written";

const linears = [0, 1].flatMap((layer) =>
  ["q_proj", "v_proj"].map((name) => ({ path: `model.layers.${layer}.self_attn.${name}`, inputs: 8, outputs: 8 })),
);
const site = writingSite({ linears: () => linears });
const settings: RoadSettings = { type: "ROAD", variant: "road_4", groupSize: 4, targets: ["q_proj", "v_proj"] };
const tensor = (name: string, shape: readonly number[]): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5),
});
const angles = (path: string, count: number, lengths = count) => [
  tensor(`${path}.road_theta`, [count]),
  tensor(`${path}.road_alpha`, [lengths]),
];
const head = tensor("score.weight", [2, 8]);

/** Writes a folder and reads it again, perhaps with other settings in the file. */
function read(form: typeof road | typeof beft, config: PeftConfig, tensors: NamedTensor[], given: object = {}) {
  return form.layout.read({ ...config, ...given }, form.layout.write({ config, tensors }));
}

describe("where only some blocks are trained", () => {
  const blocks = [1];
  const whole = ["model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"];

  it("whole paths are named, since PEFT gives these types to all blocks", async () => {
    const config = road.config(road.above!(settings, blocks)!, site);
    expect(config).toMatchObject({ target_modules: whole });
    expect(config).not.toHaveProperty("layers_to_transform");
    const tensors = [...whole.flatMap((path) => angles(path, 16)), head];
    const { config: again } = await read(road, config, tensors);
    expect(road.run(again as typeof config, tensors)).toEqual({
      method: "road",
      options: { targets: whole, variant: "road_4", groupSize: 4 },
    });
    expect(beft.config(beft.above!({ type: "BEFT", targets: ["v_proj"] }, blocks)!, site)).toMatchObject({
      target_modules: ["model.layers.1.self_attn.v_proj"],
    });
  });

  it("blocks that were chosen count, and none of them is no folder of PEFT's", () => {
    expect(road.above!({ ...settings, layers: [0, 1] }, blocks)).toMatchObject({ layers: [1] });
    expect(road.above!({ ...settings, layers: [0] }, blocks)).toBeNull();
    expect(beft.above!({ type: "BEFT", targets: ".*v_proj" }, blocks)).toEqual({ type: "BEFT", targets: ".*v_proj" });
  });
});

it("GPT-2's Conv1D is written in the studio's own form, with the reason", () => {
  const gpt2 = writingSite({ fanInFanOut: true });
  for (const written of [
    road.writtenAs!(settings, gpt2),
    beft.writtenAs!({ type: "BEFT", targets: ["c_attn"] }, gpt2),
  ]) {
    expect(written).toMatchObject({ type: "STUDIO", why: expect.stringContaining("Conv1D") });
  }
  expect(road.writtenAs!(settings, site)).toBe(settings);
});

describe("RoAd's folder is refused by name", () => {
  const path = "model.layers.0.self_attn.q_proj";
  const config = road.config({ ...settings, targets: ["q_proj"] }, site);

  it.each([
    ["where angles are of no whole number of groups", angles(path, 12), {}, /q_proj\.road_theta".*12 angles.*8 each/],
    ["where there are other lengths than angles", angles(path, 16, 8), {}, /q_proj\.road_alpha".*\[8\].*\[16\]/],
    ["where lengths are missing", angles(path, 16).slice(0, 1), {}, /q_proj\.road_alpha" is missing/],
    ["where its variant is none", angles(path, 16), { variant: "road_3" }, /variant/],
    ["where its groups are odd", angles(path, 16), { group_size: 5 }, /group_size/],
    ["where a module is not named", angles("model.layers.0.self_attn.k_proj", 16), {}, /q_proj/],
  ])("%s", async (_, tensors, given, message) => {
    await expect(read(road, config, [...tensors, head], given)).rejects.toThrow(message);
  });

  it("and not where all is as it should be, with PEFT's settings for those that are left out", async () => {
    const { variant, group_size, ...left } = config;
    const tensors = [...angles(path, 64), head];
    const { config: again } = await road.layout.read(left, road.layout.write({ config, tensors }));
    expect(again).toMatchObject({ variant: "road_1", group_size: 64 });
    expect([variant, group_size]).toEqual(["road_4", 4]);
  });
});
