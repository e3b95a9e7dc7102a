"""Position embeddings brought to other image sizes by open_clip and by timm.

The input is an integer sequence that the test repeats.
Run: python3 make_positions_golden.py   (writes positions.json; made with open_clip_torch 3.3, timm 1.0, torch 2.15)
"""

import json
from pathlib import Path
from types import SimpleNamespace

import torch
from open_clip.model import resize_pos_embed
from timm.layers import resample_abs_pos_embed

WIDTH = 5


def sequence(seed, count):
    x, values = seed, []
    for _ in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        values.append(x / 2**31 - 1)
    return torch.tensor(values, dtype=torch.float32)


cases = []
for source, target in [(2, 3), (4, 7), (7, 4), (14, 5), (5, 14), (7, 24), (16, 1), (1, 3)]:
    values = sequence(source, (source * source + 1) * WIDTH).reshape(-1, WIDTH)
    state = {"visual.positional_embedding": values.clone()}
    resize_pos_embed(state, SimpleNamespace(visual=SimpleNamespace(grid_size=(target, target))))
    resized = state["visual.positional_embedding"]
    timm = resample_abs_pos_embed(values[None], (target, target), (source, source))[0]
    assert torch.allclose(resized, timm, atol=1e-6), (source, target)
    # Every third value says as much as all, in a third of the bytes.
    cases.append({"from": source, "to": target, "width": WIDTH, "everyThird": resized.flatten()[::3].tolist()})
Path(__file__).with_name("positions.json").write_text(json.dumps(cases) + "\n")
