"""Ten updates of torch.optim.AdamW in double precision, with and without decay.

Run: python3 make_adamw_golden.py   (writes adamw.json beside itself; made with torch 2.15)
"""

import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(7)
STEPS = 10
RATES = [0.01 * min(1, (i + 1) / 3) * (1 + math.cos(math.pi * i / STEPS)) / 2 for i in range(STEPS)]


def case(decay):
    matrix = torch.randn(3, 4, generator=generator).requires_grad_()
    bias = torch.randn(4, generator=generator).requires_grad_()
    start = {"matrix": matrix.tolist(), "bias": bias.tolist()}
    groups = [{"params": [matrix], "weight_decay": decay}, {"params": [bias], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.999), eps=1e-8)
    gradients, after = [], []
    for rate in RATES:
        for group in optimiser.param_groups:
            group["lr"] = rate
        matrix.grad = torch.randn(3, 4, generator=generator)
        bias.grad = 1e-3 * torch.randn(4, generator=generator)
        gradients.append({"matrix": matrix.grad.tolist(), "bias": bias.grad.tolist()})
        optimiser.step()
        after.append({"matrix": matrix.tolist(), "bias": bias.tolist()})
    return {"weightDecay": decay, "start": start, "rates": RATES, "gradients": gradients, "after": after}


Path(__file__).with_name("adamw.json").write_text(json.dumps([case(0.0), case(0.1)]) + "\n")
