/**
 * Hostile names in Markdown. What is expected renders as the name itself in markdown-it 4.3
 * (Python, GitHub's tables, links and strikethrough on).
 */

import { describe, expect, test } from "vitest";
import { escapeMarkdown, escapeMarkdownLine } from "../../../src/data/markdown";

describe("a name is read as it is", () => {
  test.each([
    ["SK-Prefix", "SK-Prefix"],
    ["my_run_2", "my_run_2"],
    ["a < b, 3 > 2 & more", "a < b, 3 > 2 & more"],
    ["<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>"],
    ["</td></table><script>", "\\</td>\\</table>\\<script>"],
    ["<!-- gone", "\\<!-- gone"],
    ["<https://evil.example>", "\\<https\\://evil.example>"],
    ["[press](https://evil.example)", "\\[press\\](https\\://evil.example)"],
    ["![](https://evil.example/p.png)", "!\\[\\](https\\://evil.example/p.png)"],
    ["www.evil.example", "www\\.evil.example"],
    ["**bold** _slanted_ ~~gone~~ `code`", "\\*\\*bold\\*\\* \\_slanted\\_ \\~\\~gone\\~\\~ \\`code\\`"],
    ["a | b", "a \\| b"],
    ["a \\| b", "a \\\\\\| b"],
    ["&lt;b&gt; &#60;", "\\&lt;b\\&gt; \\&#60;"],
    ["$x^2$", "\\$x^2\\$"],
    ["@somebody", "\\@somebody"],
    ["two\n\n# lines", "two # lines"],
    ["closed ##", "closed \\##"],
  ])("%j is written %j", (name, written) => {
    expect(escapeMarkdown(name)).toBe(written);
  });
});

describe("at a line's start nothing begins", () => {
  test.each([
    ["# heading", "\\# heading"],
    ["- item", "\\- item"],
    ["+ item", "\\+ item"],
    ["> quoted", "\\> quoted"],
    ["---", "\\---"],
    ["===", "\\==="],
    ["1. first", "1\\. first"],
    ["12) twelfth", "12\\) twelfth"],
    ["1.5 points", "1.5 points"],
    ["plain", "plain"],
  ])("%j is written %j", (text, written) => {
    expect(escapeMarkdownLine(text)).toBe(written);
  });
});
