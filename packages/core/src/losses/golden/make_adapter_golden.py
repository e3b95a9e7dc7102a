"""Golden values and gradients of the losses of adapter and prompt methods, in double precision.

Run: python3 make_adapter_golden.py   (writes adapters.json beside itself; made with torch 2.15)
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(6122)


def normal(*shape):
    return torch.randn(*shape, generator=generator)


def unit(*shape):
    return F.normalize(normal(*shape), dim=-1)


def graded(value, inputs):
    gradients = torch.autograd.grad(value, list(inputs.values()))
    return {"value": value.item(), "gradients": {name: g.tolist() for name, g in zip(inputs, gradients)}}


def key_pull():
    queries, keys = unit(3, 5), normal(4, 5).requires_grad_()
    picks = [[0, 2], [1, 2], [3, 0]]
    total = 0.0
    for row, own in enumerate(picks):
        for key in own:
            total = total + 1 - F.cosine_similarity(queries[row], keys[key], dim=0)
    chosen = [[1 if key in own else 0 for key in range(4)] for own in picks]
    value = total / len(picks)
    return {"queries": queries.tolist(), "keys": keys.tolist(), "chosen": chosen, **graded(value, {"keys": keys})}


def lora_similarity():
    current = {"a": (0.4 * normal(2, 5)).requires_grad_(), "b": (0.4 * normal(3, 2)).requires_grad_()}
    other = {"a": 0.4 * normal(2, 5), "b": 0.4 * normal(3, 2)}
    value = torch.stack([torch.exp(-torch.linalg.matrix_norm(w - other[n])) for n, w in current.items()]).mean()
    return {
        "current": {n: w.tolist() for n, w in current.items()},
        "other": {n: w.tolist() for n, w in other.items()},
        **graded(value, current),
    }


def lora_orthogonality():
    layers = [
        {"a": normal(2, 5).requires_grad_(), "b": normal(3, 2).requires_grad_()},
        {"a": normal(2, 3).requires_grad_(), "b": normal(6, 2).requires_grad_()},
    ]
    eye = torch.eye(2)
    parts = [
        torch.linalg.matrix_norm(x["a"] @ x["a"].T - eye) ** 2 + torch.linalg.matrix_norm(x["b"].T @ x["b"] - eye) ** 2
        for x in layers
    ]
    flat = {f"{name}{i}": w for i, layer in enumerate(layers) for name, w in layer.items()}
    value = torch.stack(parts).mean()
    return {"tensors": {n: w.tolist() for n, w in flat.items()}, **graded(value, flat)}


def knowledge_consolidation():
    """InfoNCE over 2 N items, written out: item i is right wherever its old feature is the same caption's (or image's)."""
    scale, groups = 8.0, [4, 1, 4]
    images, texts = unit(3, 6).requires_grad_(), unit(3, 6).requires_grad_()
    old_images, old_texts = unit(3, 6), unit(3, 6)
    old_texts[2] = old_texts[0]  # equal captions have equal old features
    h, z = torch.cat([images, texts]), torch.cat([old_images, old_texts])
    logits = scale * h @ z.T
    items = [("image", i) for i in range(3)] + [("caption", g) for g in groups]
    value = 0.0
    for i, item in enumerate(items):
        right = [j for j, other in enumerate(items) if other == item]
        rows, columns = F.log_softmax(logits[i], 0), F.log_softmax(logits[:, i], 0)
        value = value - sum(rows[j] + columns[j] for j in right) / len(right)
    value = value / len(items)
    return {
        "scale": scale,
        "captionGroups": groups,
        "images": images.tolist(),
        "texts": texts.tolist(),
        "oldImages": old_images.tolist(),
        "oldTexts": old_texts.tolist(),
        **graded(value, {"images": images, "texts": texts}),
    }


golden = {
    "keyPull": key_pull(),
    "loraSimilarity": lora_similarity(),
    "loraOrthogonality": lora_orthogonality(),
    "contrastiveKnowledgeConsolidation": knowledge_consolidation(),
}
Path(__file__).with_name("adapters.json").write_text(json.dumps(golden, indent=1) + "\n")
