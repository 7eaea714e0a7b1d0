import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../bin/headless/files";
import { hubToken } from "../../../bin/headless/hub-token";

describe("the Hub's token", () => {
  test.each([
    [undefined, null],
    ["", null],
    [" \n", null],
    ["hf_right", "hf_right"],
    ["hf_right\n", "hf_right"],
    ["\uFEFFhf_right\r\n", "hf_right"],
  ])("of %j is %j", (HF_TOKEN, token) => {
    expect(hubToken({ HF_TOKEN })).toBe(token);
  });

  test.each([
    "hf_secret\nhf_other",
    "hf_secret\r\nx",
    "hf_secret and more",
    "hf_sécret",
    "hf_secret\0",
    "hf_\u200Bsecret",
  ])("%j is refused by the variable's name, and never shown", (HF_TOKEN) => {
    let refusal: unknown;
    try {
      hubToken({ HF_TOKEN });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ConfigurationError);
    expect((refusal as Error).message).toMatch(/^HF_TOKEN holds more than a token/);
    expect((refusal as Error).message).not.toMatch(/hf_|secret|other|sécret/);
  });
});
