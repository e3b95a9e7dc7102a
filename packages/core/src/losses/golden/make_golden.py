"""Golden values and gradients of the losses, in double precision, by PyTorch's own functions where it has them.

Run: python3 make_golden.py   (writes golden.json beside itself; made with torch 2.15)
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20512)


def normal(*shape):
    return torch.randn(*shape, generator=generator)


def unit(*shape):
    return F.normalize(normal(*shape), dim=-1)


def graded(value, inputs):
    gradients = torch.autograd.grad(value, list(inputs.values()))
    return {
        "value": value.item(),
        "gradients": {name: g.tolist() for name, g in zip(inputs, gradients)},
    }


def cross_entropy():
    cases = []
    for smoothing in (0.0, 0.2):
        logits = (3 * normal(5, 4)).requires_grad_()
        labels = torch.tensor([0, 3, 1, 1, 2])
        value = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        cases.append(
            {
                "smoothing": smoothing,
                "logits": logits.tolist(),
                "labels": labels.tolist(),
                **graded(value, {"logits": logits}),
            }
        )
    return cases


def knowledge_transfer():
    cases = []
    for scale, temperature in ((14.285714, 2.0), (50.0, 1.0)):
        images, texts = unit(4, 6).requires_grad_(), unit(4, 6).requires_grad_()
        teacher_images, teacher_texts = unit(4, 6), unit(4, 6)
        student = scale * images @ texts.T / temperature
        teacher = scale * teacher_images @ teacher_texts.T / temperature
        value = temperature**2 * (
            F.kl_div(student.log_softmax(1), teacher.log_softmax(1), reduction="batchmean", log_target=True)
            + F.kl_div(student.T.log_softmax(1), teacher.T.log_softmax(1), reduction="batchmean", log_target=True)
        )
        cases.append(
            {
                "scale": scale,
                "temperature": temperature,
                "studentImages": images.tolist(),
                "studentTexts": texts.tolist(),
                "teacherImages": teacher_images.tolist(),
                "teacherTexts": teacher_texts.tolist(),
                **graded(value, {"studentImages": images, "studentTexts": texts}),
            }
        )
    return cases


def consistency():
    cases = []
    for groups, smoothing in (([0, 1, 2, 3, 4], 0.0), ([0, 1, 0, 2, 0], 0.0), ([3, 1, 1, 2, 3], 0.2)):
        scale = 10.0
        images, texts = unit(5, 6).requires_grad_(), unit(5, 6).requires_grad_()
        logits = scale * images @ texts.T
        target = torch.zeros(5, 5)
        for i in range(5):
            mates = [j for j in range(5) if groups[j] == groups[i]]
            for j in mates:
                target[i, j] = 1 / len(mates)
        # F.cross_entropy with probabilities smooths them towards the uniform distribution itself.
        value = F.cross_entropy(logits, target, label_smoothing=smoothing) + F.cross_entropy(
            logits.T, target.T, label_smoothing=smoothing
        )
        cases.append(
            {
                "scale": scale,
                "smoothing": smoothing,
                "captionGroups": groups,
                "images": images.tolist(),
                "texts": texts.tolist(),
                **graded(value, {"images": images, "texts": texts}),
            }
        )
    return cases


def weight_distance():
    variables = {"a": normal(3, 2).requires_grad_(), "b": normal(4).requires_grad_()}
    anchor = {name: v.detach() + 0.3 * normal(*v.shape) for name, v in variables.items()}
    value = sum(F.mse_loss(v, anchor[name], reduction="sum") for name, v in variables.items())
    return {
        "variables": {name: v.tolist() for name, v in variables.items()},
        "anchor": {name: v.tolist() for name, v in anchor.items()},
        **graded(value, variables),
    }


def fisher_guard():
    variables = {
        "matrix": normal(3, 2).requires_grad_(),
        "bias": normal(4).requires_grad_(),
        "zero": normal(2, 2).requires_grad_(),
        "unreached": normal(3).requires_grad_(),
    }
    anchor = {name: v.detach() + 0.3 * normal(*v.shape) for name, v in variables.items()}
    knowledge = {"matrix": 1e-3 * normal(3, 2), "bias": normal(4), "zero": torch.zeros(2, 2)}
    strength = 0.7
    penalty = 0.0
    for name, v in variables.items():
        g = knowledge.get(name)
        if g is None or not g.any():
            weight = torch.full_like(v, 1e-6)
        else:
            weight = (g**2 / (g**2).mean()).detach()
        penalty = penalty + (weight * (v - anchor[name]) ** 2).sum()
    gradients = torch.autograd.grad(strength * penalty, list(variables.values()))
    return {
        "lambda": strength,
        "variables": {name: v.tolist() for name, v in variables.items()},
        "anchor": {name: v.tolist() for name, v in anchor.items()},
        "knowledge": {name: v.tolist() for name, v in knowledge.items()},
        "penalty": penalty.item(),
        "gradients": {name: g.tolist() for name, g in zip(variables, gradients)},
    }


golden = {
    "crossEntropy": cross_entropy(),
    "contrastiveKnowledgeTransfer": knowledge_transfer(),
    "crossModalityConsistency": consistency(),
    "weightDistance": weight_distance(),
    "fisherGuard": fisher_guard(),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
