"""
The pretraining loop: a budget of minutes or of steps, a held-out curve, checkpoints, resuming.
"""

from __future__ import annotations

import json
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from model import Llama, Shape, save_model, shape_as_dict
from optimiser import make_optimisers
from tokens import BOS_ID


@dataclass(frozen=True)
class Budget:
    """
    How long to train. With steps given the run is the same on every machine of one kind; minutes
    fill a time.
    """

    minutes: float
    steps: int | None = None
    batch: int = 16
    matrix_rate: float = 0.02
    other_rate: float = 0.004
    warm_up: int = 60
    decay_from: float = 0.45  # share of the budget after which the learning rate falls linearly to zero
    touch_from: float = 0.88  # share after which half of the sequences come from the instruction texts
    seed: int = 0


def windows(tokens: np.ndarray, count: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """
    `count` random stretches of length + 1 tokens; each begins with <|bos|>, as every text does when
    it is used.
    """
    starts = rng.integers(0, len(tokens) - length - 1, count)
    rows = np.stack([tokens[start : start + length + 1] for start in starts]).astype(np.int64)
    rows[:, 0] = BOS_ID
    return rows


def next_token_loss(model: Llama, rows: torch.Tensor) -> torch.Tensor:
    logits = model(rows[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1).float(), rows[:, 1:].flatten())


def mixed_precision(device: torch.device):
    bfloat16 = device.type == "cpu" or torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16) if bfloat16 else nullcontext()


@torch.no_grad()
def curve_loss(model: Llama, rows: torch.Tensor) -> float:
    losses = [next_token_loss(model, part).item() for part in rows.split(16)]
    return sum(losses) / len(losses)


def train(
    shape: Shape,
    budget: Budget,
    text: np.ndarray,
    touch: np.ndarray,
    held_out: np.ndarray,
    folder: Path,
    device: torch.device,
) -> Llama:
    """
    Trains to the end of the budget, from `folder`/checkpoint.pt where one is. Writes curve.jsonl
    there.
    """
    torch.manual_seed(budget.seed)
    folder.mkdir(parents=True, exist_ok=True)
    model = Llama(shape).to(device)
    optimisers = make_optimisers(model, budget.matrix_rate, budget.other_rate)
    rates = [optimiser.param_groups[0]["lr"] for optimiser in optimisers]
    state = {"step": 0, "seconds": 0.0, "tokens": 0}
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=False)
        if saved["shape"] != shape_as_dict(shape):
            raise SystemExit(f"{checkpoint}: was made for another shape ({saved['shape']}). Give another --out.")
        model.load_state_dict(saved["model"])
        for optimiser, value in zip(optimisers, saved["optimisers"]):
            optimiser.load_state_dict(value)
        state = saved["state"]
        print(f"resumed at step {state['step']}, {state['seconds'] / 60:.1f} min", flush=True)
    rng = np.random.default_rng(budget.seed + state["step"])
    fixed = torch.from_numpy(windows(held_out, 96, shape.context, np.random.default_rng(0))).to(device)
    loss_of = torch.compile(next_token_loss)
    curve = (folder / "curve.jsonl").open("a")
    log = state["seconds"]
    saved_at = state["seconds"]
    touched = state["seconds"] > 0 and (folder / "before-touch").exists()
    running: list[torch.Tensor] = []
    with mixed_precision(device):  # compiles, which is not training time
        loss_of(model, fixed[: budget.batch]).backward()
    model.zero_grad(set_to_none=True)
    begin = time.monotonic() - state["seconds"]
    while True:
        state["seconds"] = time.monotonic() - begin
        share = state["step"] / budget.steps if budget.steps else state["seconds"] / (60 * budget.minutes)
        if share >= 1:
            break
        factor = min(1.0, (state["step"] + 1) / budget.warm_up, (1 - share) / (1 - budget.decay_from))
        for optimiser, rate in zip(optimisers, rates):
            optimiser.param_groups[0]["lr"] = rate * factor
        in_touch = share >= budget.touch_from and len(touch) > shape.context + 1
        if in_touch and not touched:
            save_model(model, folder / "before-touch")
            touched = True
        from_touch = budget.batch // 2 if in_touch else 0
        rows = windows(text, budget.batch - from_touch, shape.context, rng)
        if from_touch:
            rows = np.concatenate([rows, windows(touch, from_touch, shape.context, rng)])
        with mixed_precision(device):
            loss = loss_of(model, torch.from_numpy(rows).to(device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        running.append(loss.detach())
        if device.type == "cuda" and state["step"] % 10 == 0:
            torch.cuda.synchronize()
        state["step"] += 1
        state["tokens"] += budget.batch * shape.context
        if state["seconds"] - log >= 60 or (budget.steps and state["step"] % max(1, budget.steps // 40) == 0):
            log = state["seconds"]
            with mixed_precision(device):
                held = curve_loss(model, fixed)
            point = {
                **state,
                "loss": torch.stack(running).mean().item(),
                "held_out": held,
                "rate": factor,
                "device": "a CPU" if device.type == "cpu" else torch.cuda.get_device_name(device),
            }
            if not math.isfinite(point["loss"]):
                raise SystemExit(f"The loss is {point['loss']} at step {state['step']}. Lower the learning rates.")
            running = []
            curve.write(json.dumps(point) + "\n")
            curve.flush()
            print(json.dumps(point), flush=True)
        if state["seconds"] - saved_at >= 600:
            saved_at = state["seconds"]
            save_checkpoint(checkpoint, model, optimisers, state)
    save_checkpoint(checkpoint, model, optimisers, state)
    save_model(model, folder / "model")
    curve.close()
    return model


def save_checkpoint(path: Path, model: Llama, optimisers: list[torch.optim.Optimizer], state: dict[str, float]) -> None:
    part = path.with_suffix(".part")
    torch.save(
        {
            "shape": shape_as_dict(model.shape),
            "model": model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in optimisers],
            "state": dict(state),
        },
        part,
    )
    part.replace(path)
