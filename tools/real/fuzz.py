"""
Asks the Rust libraries of safetensors and tokenizers for the damaged files that
tests/real/fuzz.test.ts kept: what they refuse the studio must refuse, and where both read a
tokenizer its ids must be the same. What the studio alone refuses is counted, not held against it:
it need not read all that the libraries can.

    python tools/real/fuzz.py FOLDER
"""
import base64
import json
import sys
from pathlib import Path

import safetensors
from tokenizers import Tokenizer


def of_weights(content, _):
    safetensors.deserialize(content)
    return True


def of_tokenizer(content, value):
    tokenizer = Tokenizer.from_str(content.decode("utf-8"))
    # The studio cuts and pads by itself.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [[text, tokenizer.encode(text).ids] for text, _ in value or [["a", None]]]


def compare(path, read):
    """Prints what differs; how many do."""
    counts = {"both read": 0, "both refuse": 0, "the studio alone refuses": 0}
    wrong = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        mine = entry.get("value")
        try:
            theirs = read(base64.b64decode(entry["bytes"]), mine)
        except BaseException as error:  # noqa: BLE001: a panic of Rust's is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            if mine is None:
                counts["both refuse"] += 1
            else:
                wrong.append(f"{entry['seed']}: read, but the library says: {str(error)[:200]}")
            continue
        if mine is None:
            counts["the studio alone refuses"] += 1
        elif mine == theirs:
            counts["both read"] += 1
        else:
            at = next(at for at, (a, b) in enumerate(zip(mine, theirs)) if a != b)
            wrong.append(f"{entry['seed']}: {mine[at]} here, {theirs[at]} there")
    print(f"{path.stem}: " + ", ".join(f"{name} {count}" for name, count in counts.items()) + f", wrong {len(wrong)}")
    for line in wrong:
        print(f"  {line}")
    return len(wrong)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    readers = {"safetensors": of_weights, "tokenizer.json": of_tokenizer}
    if sum(compare(folder / f"{name}.jsonl", read) for name, read in readers.items()):
        sys.exit("The studio reads what the libraries refuse, or reads it otherwise.")
