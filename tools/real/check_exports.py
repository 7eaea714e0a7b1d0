"""
Loads every adapter folder that the tests with real models exported in PEFT, or in AdapterHub's
`adapters`, by the code in the folder's README.md, and holds the validation loss against the
studio's: at most 1e-5 apart, relatively; what the code says of calibrated chances is held to
run.json's figures: at most 1e-4 apart. Each RESULTS is a folder as the headless runner writes it,
with the validation rows as rows.jsonl beside summary.json; `checked.json` comes beside them.

    python tools/real/check_exports.py MODEL_FOLDER RESULTS [RESULTS …]
"""
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peft"))

from check_folders import calibration_words, compared, read_rows  # noqa: E402

TOLERANCE = 1e-5
CALIBRATION_TOLERANCE = 1e-4


def check(base, results):
    """Prints and keeps what each folder gave; whether all agree."""
    found = []
    for run in compared(results, base, read_rows(results / "rows.jsonl")):
        if run["kind"] is None:
            # Only folders that say how they are loaded are exported here.
            found.append(run | {"agrees": False})
            print(f"{base.name}, {run['run']}: its README has no code")
            continue
        agrees = run["difference"] <= TOLERANCE and (run["calibration"] or 0) <= CALIBRATION_TOLERANCE
        found.append(run | {"agrees": agrees})
        print(f"{base.name}, {run['run']} ({run['kind']}): studio {run['studio']:.6f}, "
              f"library {run['theirs']:.6f}, relative difference {run['difference']:.1e}{calibration_words(run)}", flush=True)
    (results / "checked.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found and all(run["agrees"] for run in found)


if __name__ == "__main__":
    base = Path(sys.argv[1])
    agreed = [check(base, Path(results)) for results in sys.argv[2:]]
    if not agreed or not all(agreed):
        sys.exit("The losses differ from the studio's.")
