import { expect, it } from "vitest";
import { localFiles, looksLikeModel } from "../../../src/page/store/local-files";

const file = (name: string, path?: string) => Object.assign(new File(["x"], name), path === undefined ? {} : { path });

it("a dropped file keeps its path, a loose one its name", () => {
  const files = [file("config.json", "./tiny/config.json"), file("a.txt", "/up/a.txt"), file("b.txt")];
  expect(localFiles(files).map(({ path }) => path)).toEqual(["tiny/config.json", "up/a.txt", "b.txt"]);
});

it("a model is told from a table by its files' names", () => {
  expect(looksLikeModel([file("notes.txt"), file("config.json")])).toBe(true);
  expect(looksLikeModel([file("model.Q4.GGUF")])).toBe(true);
  expect(looksLikeModel([file("films.csv")])).toBe(false);
});
