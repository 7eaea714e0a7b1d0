/**
 * What training rows and their tokens count for: the rules there are, what comes of them, and a
 * form for one more. A column of weights is chosen in the preview's header.
 */

import { useState } from "react";
import { weightInWords } from "../../plan/weight-in-words";
import type { DataSummary, WeightRule } from "../../worker/api";
import { setData } from "../actions/data";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { formatCount, formatPercent, formatPlural, formatSetting } from "../numbers";
import "./WeightRules.css";

type By = WeightRule["by"];

const takeRules = (weights: readonly WeightRule[]) => void setData({ weights }, "settings");

/** To three digits, as they are shown. */
const rounded = (weight: number) => formatSetting(Number(weight.toPrecision(3)));

export default function WeightRules({ summary }: { summary: DataSummary }) {
  const { weights: rules = [], columns } = summary.settings;
  const chosen = [
    ...(columns.weight ? [`by the column ${columns.weight}`] : []),
    ...(rules.length > 0 ? [formatPlural(rules.length, "rule")] : []),
  ];
  return (
    <details className="weight-rules">
      <summary>
        What a row counts for <span className="muted">{chosen.join(", ") || "all rows count the same"}</span>
      </summary>
      <p className="field-help">
        A training row of weight 2 counts like two, one of 0 is left out; weights of several rules are multiplied. For
        weights of your own, choose “weight” above a column of the table.
      </p>
      {rules.length > 0 && (
        <ul className="weight-rules-list">
          {rules.map((rule, place) => (
            <li key={JSON.stringify([rule, place])}>
              <span>{weightInWords(rule)}</span>
              <button
                type="button"
                className="button button-small"
                aria-label={`Remove the rule: ${weightInWords(rule)}`}
                onClick={() => takeRules(rules.filter((_, other) => other !== place))}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <WhatComesOfIt summary={summary} />
      <NewRule summary={summary} onAdd={(rule) => takeRules([...rules, rule])} />
    </details>
  );
}

function WhatComesOfIt({ summary: { weights, trainRows } }: { summary: DataSummary }) {
  if (!weights) return null;
  const { least, most, sum, left, groups } = weights;
  return (
    <>
      <p className="field-help">
        {formatPlural(trainRows, "training row")} of weight{" "}
        {least === most ? rounded(least) : `${rounded(least)} to ${rounded(most)}`}, together {rounded(sum)}
        {left > 0 && `; ${formatPlural(left, "row")} of weight 0 left out`}.
      </p>
      {groups && (
        <table className="table weight-rules-groups">
          <thead>
            <tr>
              <th scope="col">{groups.column}</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Share
              </th>
              <th scope="col" className="number">
                Weighted
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.shares.map(({ name, rows, before, after }) => (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                <td className="number">{formatCount(rows)}</td>
                <td className="number">{formatPercent(before)}</td>
                <td className="number">{formatPercent(after)}</td>
              </tr>
            ))}
          </tbody>
          {groups.others > 0 && <caption>{formatCount(groups.others)} more with fewer rows</caption>}
        </table>
      )}
    </>
  );
}

interface NewRuleProps {
  summary: DataSummary;
  onAdd: (rule: WeightRule) => void;
}

function NewRule({ summary, onAdd }: NewRuleProps) {
  const { columns, labels, answer } = summary;
  const kinds: { value: By; label: string }[] = [
    { value: "text", label: "rows with a word or expression" },
    { value: "length", label: "long rows" },
    ...(labels.length > 0 ? [{ value: "label" as const, label: "rows with a label" }] : []),
    { value: "group", label: "rows of large groups" },
    ...(answer === "text" ? [{ value: "tokens" as const, label: "tokens of the response" }] : []),
  ];
  const [given, setBy] = useState<By>("text");
  const by = kinds.some(({ value }) => value === given) ? given : "text";
  const [pattern, setPattern] = useState("");
  const [words, setWords] = useState<number | null>(50);
  const [label, setLabel] = useState("");
  const [column, setColumn] = useState("");
  const [atMost, setAtMost] = useState<number | null>(null);
  const [where, setWhere] = useState<"all" | "branches">("all");
  const [balanced, setBalanced] = useState(false);
  const [weight, setWeight] = useState<number | null>(2);
  const ofLabel = labels.some(({ name }) => name === label) ? label : (labels[0]?.name ?? "");
  const ofColumn = columns.includes(column) ? column : columns.at(-1)!;
  const made = madeRule();
  function madeRule(): WeightRule | null {
    if (by === "group") return { by, column: ofColumn, ...(atMost !== null && { atMost }) };
    if (by === "tokens") {
      const counts = balanced ? "balanced" : weight;
      return pattern === "" || counts === null
        ? null
        : { by, pattern, weight: counts, ...(where !== "all" && { where }) };
    }
    if (weight === null) return null;
    if (by === "text") return pattern === "" ? null : { by, pattern, weight };
    if (by === "length") return words === null ? null : { by, longerThan: words, weight };
    return { by, label: ofLabel, weight };
  }
  return (
    <div className="field-grid weight-rules-new">
      <SelectField label="Add a rule for" value={by} choices={kinds} onChange={(value) => setBy(value as By)} />
      {(by === "text" || by === "tokens") && (
        <Field label="Word or expression" help="A regular expression (RE2); (?i) first ignores the case.">
          {(input) => (
            <input
              {...input}
              className="input"
              autoComplete="off"
              spellCheck={false}
              value={pattern}
              placeholder={by === "text" ? "refund" : '"name": "(\\w+)"'}
              onChange={(event) => setPattern(event.target.value)}
            />
          )}
        </Field>
      )}
      {by === "length" && <NumberField label="More words than" value={words} integer min={0} onChange={setWords} />}
      {by === "label" && (
        <SelectField
          label="Label"
          value={ofLabel}
          choices={labels.map(({ name }) => ({ value: name, label: name }))}
          onChange={setLabel}
        />
      )}
      {by === "group" && (
        <>
          <SelectField
            label="Same value in"
            value={ofColumn}
            choices={columns.map((name) => ({ value: name, label: name }))}
            onChange={setColumn}
          />
          <NumberField
            label="Counts at most as, rows"
            help="Empty: each row counts 1/√n where n have the same value."
            value={atMost}
            placeholder="1/√n"
            above={0}
            onChange={setAtMost}
          />
        </>
      )}
      {by === "tokens" && (
        <>
          <SelectField
            label="Which tokens"
            help="Of names in calls of tools the few that tell them apart, as in PKT."
            value={where}
            choices={[
              { value: "all", label: "all of what is found" },
              { value: "branches", label: "only those that tell names apart" },
            ]}
            onChange={(value) => setWhere(value as "all" | "branches")}
          />
          <SelectField
            label="They count"
            value={balanced ? "balanced" : "number"}
            choices={[
              { value: "number", label: "a number" },
              { value: "balanced", label: "as much as the others together (at most 9)" },
            ]}
            onChange={(value) => setBalanced(value === "balanced")}
          />
        </>
      )}
      {by !== "group" && !(by === "tokens" && balanced) && (
        <NumberField label="Weight" help="1 counts as usual." value={weight} min={0} onChange={setWeight} />
      )}
      <div className="field weight-rules-add">
        <button
          type="button"
          className="button button-small"
          disabled={made === null}
          onClick={() => made && onAdd(made)}
        >
          Add the rule
        </button>
      </div>
    </div>
  );
}
