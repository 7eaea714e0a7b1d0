"""
Reads the event files that tests/real/tensorboard.test.ts wrote by TensorBoard itself, checks every
record's sum, and compares scalars, steps, times and text with what the test says they are.

    python tools/real/check_tensorboard.py FOLDER
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader


def same(read, wrote):
    # JSON has no NaN, and the file has float32.
    return math.isnan(read) if wrote is None else np.float32(wrote) == np.float32(read)


def faults(folder, expected):
    [path] = folder.glob("events.out.tfevents.*")
    records = sum(1 for _ in EventFileLoader(str(path)).Load())
    if records != expected["records"]:
        yield f"{records} of {expected['records']} records were read"
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = set(events.Tags()["scalars"])
    if tags != set(expected["scalars"]):
        yield f"scalars are {sorted(tags)}, not {sorted(expected['scalars'])}"
    for tag in tags & set(expected["scalars"]):
        read = [(event.step, event.wall_time, event.value) for event in events.Scalars(tag)]
        wrote = expected["scalars"][tag]
        if len(read) != len(wrote):
            yield f"{tag} has {len(read)} points, not {len(wrote)}"
        for (step, time, value), other in zip(read, wrote):
            if step != other["step"] or abs(time - other["time"]) > 1e-6 or not same(value, other["value"]):
                yield f"{tag} at step {step} is {value}, not {other}"
    [text] = events.Tensors("settings/text_summary")
    [read] = text.tensor_proto.string_val
    if read.decode("utf-8") != expected["text"]:
        yield "the text is another"
    if events.SummaryMetadata("settings/text_summary").plugin_data.plugin_name != "text":
        yield "the text is not the text plugin's"


def main():
    folders = [path for path in sorted(Path(sys.argv[1]).iterdir()) if path.is_dir()]
    failed = len(folders) == 0
    for folder in folders:
        found = list(faults(folder, json.loads((folder / "expected.json").read_text(encoding="utf-8"))))
        failed = failed or len(found) > 0
        print(f"TensorBoard reads {folder.name}: {'; '.join(found) or 'all is as it was written'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
