"""Golden values and gradients of the losses of the adaptive profile and of add-ons, in double precision, by PyTorch.

Run: python3 make_adaptive_golden.py   (writes adaptive.json beside itself; made with torch 2.15)
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(61512)


def unit(*shape):
    return F.normalize(torch.randn(*shape, generator=generator), dim=-1)


def graded(value, rows):
    (gradient,) = torch.autograd.grad(value, [rows])
    return {"value": value.item(), "gradient": gradient.tolist()}


def relations():
    cases = []
    for groups in (None, [0, 0, 1, 1, 1, 2]):
        student, teacher = unit(6, 5).requires_grad_(), unit(6, 5)
        labels = torch.zeros(6) if groups is None else torch.tensor(groups)
        counted = (labels[:, None] == labels[None, :]) & ~torch.eye(6, dtype=torch.bool)
        learned, kept = student @ student.T, teacher @ teacher.T
        total = torch.zeros(())
        for row in range(6):
            own = counted[row].nonzero().flatten()
            if len(own) == 0:
                continue
            p = F.log_softmax(kept[row, own] / 0.1, 0)
            q = F.log_softmax(learned[row, own] / 0.1, 0)
            total = total + F.kl_div(q, p, reduction="sum", log_target=True)
        value = total / 6 + ((learned - kept)[counted] ** 2).sum() / 36
        cases.append(
            {"groups": groups, "student": student.tolist(), "teacher": teacher.tolist(), **graded(value, student)}
        )
    return cases


def features():
    student, teacher = unit(4, 5).requires_grad_(), unit(4, 5)
    value = ((student - teacher).norm(dim=1) ** 2).mean()
    return {"student": student.tolist(), "teacher": teacher.tolist(), **graded(value, student)}


def decorrelation():
    cases = []
    for groups in (None, [0, 0, 0, 1, 1, 1]):
        rows = unit(6, 4).requires_grad_()
        scaled = rows * 4**0.5
        labels = torch.zeros(6) if groups is None else torch.tensor(groups)
        centred = torch.cat([scaled[labels == g] - scaled[labels == g].mean(0) for g in labels.unique()])
        covariance = centred.T @ centred / 5
        spread = F.relu(1 - torch.sqrt(torch.diagonal(covariance) + 1e-4)).mean()
        off = covariance - torch.diag(torch.diagonal(covariance))
        value = 5 * spread + (off**2).sum() / 4
        cases.append({"groups": groups, "rows": rows.tolist(), **graded(value, rows)})
    return cases


golden = {"relations": relations(), "features": features(), "decorrelation": decorrelation()}
Path(__file__).with_name("adaptive.json").write_text(json.dumps(golden, indent=1) + "\n")
