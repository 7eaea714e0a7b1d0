import { expect, test } from "vitest";
import { tableFingerprint } from "../../../src/data/fingerprint";

test("a table's fingerprint is of its columns and cells", async () => {
  const table = { columns: ["text", "label"], rows: [["a,b", "c"]] };
  const prints = await Promise.all(
    [
      table,
      { ...table, rows: [["a", "b,c"]] },
      { ...table, rows: [...table.rows, ...table.rows] },
      { ...table, columns: ["label", "text"] },
    ].map(tableFingerprint),
  );
  expect(new Set(prints).size).toBe(4);
  expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(await tableFingerprint({ ...table })).toBe(prints[0]);
});
