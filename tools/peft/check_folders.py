"""
Loads every adapter folder of a headless comparison in PEFT itself, by the very code in the folder's README.md, and holds
the validation loss it gives against the studio's. Needs torch, transformers and peft; run by hand:

    npm run studio -- run comparison.json --out results
    python tools/peft/check_folders.py results --base MODEL_FOLDER --rows dev.csv

`--rows` is the comparison's validation file, with the columns `text` and `label`. Fails where a loss differs by more than
one in a thousand.
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


def mean_loss(folder, base, rows):
    """Mean cross-entropy of the rows, each read alone by the README's code."""
    code = code_of(folder)
    code = re.sub(r'^base = .*$', lambda _: f"base = {str(base)!r}", code, flags=re.M)
    code = re.sub(r'^adapter = .*$', lambda _: f"adapter = {str(folder)!r}", code, flags=re.M)
    opening, reading = re.split(r"(?=^ids = )", code, maxsplit=1, flags=re.M)
    names = {}
    exec(opening, names)
    reading = re.sub(r"^print\(.*$", "", reading.replace('"a text"', "text"), flags=re.M)
    losses = []
    for row in rows:
        names["text"] = row["text"]
        exec(reading, names)
        scores = names["logits"].log_softmax(-1)
        losses.append(-float(scores[names["labels"].index(row["label"])]))
    return math.fsum(losses) / len(losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    options = parser.parse_args()
    with options.rows.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    summary = json.loads((options.results / "summary.json").read_text(encoding="utf-8"))
    worst = 0.0
    for run in summary["runs"]:
        folder = options.results / run["run"]
        if not (folder / "adapter_config.json").exists() or code_of(folder) is None:
            print(f"{run['run']}: says of itself that PEFT cannot load it, left out")
            continue
        ours = run["validation"]["last"]["loss"]
        theirs = mean_loss(folder.resolve(), options.base.resolve(), rows)
        difference = abs(theirs - ours) / ours
        worst = max(worst, difference)
        kind = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["peft_type"]
        print(f"{run['run']} ({kind}): studio {ours:.6f}, PEFT {theirs:.6f}, relative difference {difference:.1e}")
    if not worst <= TOLERANCE:
        sys.exit("PEFT's losses differ from the studio's.")


if __name__ == "__main__":
    main()
