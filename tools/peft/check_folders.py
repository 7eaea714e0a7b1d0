"""
Loads every adapter folder of a headless comparison in PEFT itself (bottleneck modules in
AdapterHub's `adapters`), by the very code in the folder's README.md, and holds the validation loss
it gives against the studio's. Needs torch, transformers and peft; run by hand, and for real models
by `npm run test:real`:

    npm run studio -- run comparison.json --out results
    python tools/peft/check_folders.py results --base MODEL_FOLDER --rows dev.csv

`--rows` is the comparison's validation file (CSV or JSONL); task and columns are those of the
folders' run.json. Fails where a loss differs by more than one in a thousand. Where a run was
calibrated and measured on these rows, the chances that the README computes must have the
calibration error of run.json, and its thresholds the same F1.
"""
import argparse
import csv
import json
import math
import re
import sys
from pathlib import Path

TOLERANCE = 1e-3


def code_of(folder):
    """The first Python block of the folder's README.md; None where PEFT cannot load the folder."""
    blocks = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.S)
    return blocks[0] if blocks else None


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [json.loads(line) for line in file if line.strip()] if path.suffix == ".jsonl" else list(csv.DictReader(file))


def entries(cell, separator=None):
    """A cell's list: a JSON array, or what stands between separators."""
    if isinstance(cell, list):
        return [str(entry) for entry in cell]
    if cell.strip().startswith("["):
        return [str(entry) for entry in json.loads(cell)]
    return [part.strip() for part in cell.split(separator) if part.strip()]


def labels_of(row, columns):
    """The labels that a row has, where it may have several, or its only one."""
    if "labels" not in columns:
        return {row[columns["label"]]}
    if len(columns["labels"]) == 1:
        return set(entries(row[columns["labels"][0]], ";"))
    return {name for name in columns["labels"] if str(row[name]).strip() == "1"}


def calibration_gap(measured, said, truth, labels, thresholds):
    """
    How far the README's chances are from what run.json says of them: the calibration error, and of
    several labels each F1 above the thresholds, which are None for one label.
    """
    pairs = []
    for chances, present in zip(said, truth):
        true = [label in present for label in labels]
        counted = range(len(labels)) if thresholds else [chances.index(max(chances))]
        pairs += [(chances[label], true[label]) for label in counted]
    bins = len(measured["after"]["bins"])
    sums = [0.0] * bins
    for chance, right in pairs:
        sums[min(bins - 1, max(0, math.ceil(chance * bins) - 1))] += right - chance
    gaps = [abs(sum(map(abs, sums)) / len(pairs) - measured["after"]["ece"])]
    for label, figures in enumerate(measured["thresholdFigures"] or []):
        given = [chances[label] > thresholds[label] for chances in said]
        true = [labels[label] in present for present in truth]
        counted = sum(given) + sum(true)
        f1 = 2 * sum(a and b for a, b in zip(given, true)) / counted if counted else 0
        gaps.append(abs(f1 - figures["after"]))
    return max(gaps)


def losses_of(task, row, columns, names, scale):
    """
    The losses of one row, by the README's logits: cross-entropy of its label or of each word's tag,
    or the mean over values.
    """
    logits = names["logits"]
    if task == "sequence-classification":
        return [-float(logits.log_softmax(-1)[names["labels"].index(row[columns["label"]])])]
    if task == "token-classification":
        scores = logits.log_softmax(-1)
        tags = entries(row[columns["tags"]])
        return [-float(scores[i, names["labels"].index(tags[names["word_ids"][i]])]) for i in names["first"]]
    if task == "regression":
        return [(float(logits[0]) - (float(row[columns["number"]]) - scale["mean"]) / scale["deviation"]) ** 2]
    present = labels_of(row, columns)
    target = names["torch"].tensor([float(label in present) for label in names["labels"]])
    return [float(names["torch"].nn.functional.binary_cross_entropy_with_logits(logits, target))]


def filled(template, row):
    """A template with a row's values, without paragraphs whose columns are all empty."""
    text = ""
    parts = re.split(r"(\n{2,})", f"{{{template}}}" if template in row else template)
    for part, gap in zip(parts[::2], parts[1::2] + [""]):
        named = re.findall(r"\{([^{}\n]+)\}", part)
        if named and all(not row[column].strip() for column in named):
            continue
        text += re.sub(r"\{([^{}\n]+)\}", lambda match: row[match[1]], part) + gap
    return text


def response_losses(row, columns, names, reading, most):
    """
    Cross-entropy of every token of the response and of the end token, after the prompt as the
    README reads it.
    """
    torch, tokenizer = names["torch"], names["tokenizer"]
    names["prompt"] = filled(columns["prompt"] or "", row)
    exec(reading.replace('"a prompt\\n"', "prompt").split("with torch.no_grad")[0], names)
    said = tokenizer(filled(columns["response"], row), add_special_tokens=False).input_ids + [tokenizer.eos_token_id]
    ids = torch.cat([names["ids"], torch.tensor([said])], 1)
    if ids.shape[1] > most:
        raise SystemExit(f"A row has {ids.shape[1]} tokens: compare with rows that need no cutting.")
    with torch.no_grad():
        logits = names["model"](input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -ids.shape[1]:]
    scores = logits[-len(said) - 1:-1].log_softmax(-1)
    return [-float(scores[place, token]) for place, token in enumerate(said)]


def measured_by(folder, base, rows):
    """
    Mean loss over all labels of the rows, each read alone by the README's code, and the gap of its
    calibration; None where there is none that was measured on these rows.
    """
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    data = run["configuration"]["data"]
    task, columns = data["task"], data["columns"]
    code = code_of(folder)
    code = re.sub(r'^base = .*$', lambda _: f"base = {str(base)!r}", code, flags=re.M)
    code = re.sub(r'^adapter = .*$', lambda _: f"adapter = {str(folder)!r}", code, flags=re.M)
    opening, reading = re.split(r"(?=^(?:ids|words|read) = )", code, maxsplit=1, flags=re.M)
    names = {}
    exec(opening, names)
    reading = re.sub(r"^print\(.*$", "", reading, flags=re.M)
    reading = re.sub(r"^words = .*$", "", reading, flags=re.M)
    reading = reading.replace('"a text"', "text").replace('"a second text"', "second")
    losses, said = [], []
    for row in rows:
        if task == "causal-lm":
            losses += response_losses(row, columns, names, reading, data["maxLength"])
            continue
        if task == "token-classification":
            names["words"] = entries(row[columns["tokens"]])
        else:
            names["text"] = row[columns["text"]]
            names["second"] = row[columns["textPair"]] if columns.get("textPair") else None
        exec(reading, names)
        losses += losses_of(task, row, columns, names, run.get("scale"))
        if "chances" in names:
            said.append(names["chances"].tolist())
    loss = math.fsum(losses) / len(losses)
    measured = run.get("calibration")
    if measured is None or measured["part"] != "validation":
        return loss, None
    truth = [labels_of(row, columns) for row in rows]
    return loss, calibration_gap(measured, said, truth, names["labels"], names.get("thresholds"))


def kind_of(folder):
    """What the folder is loaded as."""
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    return config.get("peft_type", "AdapterHub")


def compared(results, base, rows):
    """
    Of every run with a folder: its loss by the studio and by PEFT, and how far its calibration is
    off. `kind` is None where PEFT cannot load it.
    """
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    for run in summary["runs"]:
        folder = results / run["run"]
        if not (folder / "adapter_config.json").exists() or code_of(folder) is None:
            yield {"run": run["run"], "kind": None}
            continue
        ours = run["validation"]["last"]["loss"]
        theirs, gap = measured_by(folder.resolve(), base.resolve(), rows)
        yield {"run": run["run"], "kind": kind_of(folder), "studio": ours, "theirs": theirs,
               "difference": abs(theirs - ours) / ours, "calibration": gap}


def calibration_words(run):
    """How far a run's calibration is off, where it has one."""
    return "" if run["calibration"] is None else f", calibration {run['calibration']:.1e} apart"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    options = parser.parse_args()
    worst = 0.0
    for run in compared(options.results, options.base, read_rows(options.rows)):
        if run["kind"] is None:
            print(f"{run['run']}: says of itself that PEFT cannot load it, left out")
            continue
        worst = max(worst, run["difference"], run["calibration"] or 0)
        print(f"{run['run']} ({run['kind']}): studio {run['studio']:.6f}, PEFT {run['theirs']:.6f}, "
              f"relative difference {run['difference']:.1e}{calibration_words(run)}")
    if not worst <= TOLERANCE:
        sys.exit("PEFT's losses differ from the studio's.")


if __name__ == "__main__":
    main()
