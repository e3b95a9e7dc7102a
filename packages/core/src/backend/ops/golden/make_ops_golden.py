"""Values and gradients of the building blocks from torch in double precision.

Run: python3 make_ops_golden.py   (writes ops.json beside itself; made with torch 2.15)

Of each case: inputs by name, the output, a cotangent of the output's shape, and the gradients of
sum(output * cotangent) for the inputs that have one.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(11)


def normal(*shape, scale=1.0):
    # Values that single precision holds exactly, so that both sides start from the same numbers.
    return (torch.randn(shape, generator=generator) * scale).float().double()


def stored(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{value:.9g}") for value in tensor.flatten().tolist()]}


def case(name, op, compute, inputs, constants=None, options=None):
    constants = constants or {}
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = compute(**leaves, **constants)
    cotangent = normal(*output.shape)
    (output * cotangent).sum().backward()
    return {
        "name": name,
        "op": op,
        "options": options or {},
        "inputs": {key: stored(value) for key, value in {**inputs, **constants}.items()},
        "output": stored(output.detach()),
        "cotangent": stored(cotangent),
        "gradients": {key: stored(leaf.grad) for key, leaf in leaves.items()},
    }


def layer_norm(epsilon):
    return lambda x, gamma, beta: F.layer_norm(x, [x.shape[-1]], gamma, beta, epsilon)


def attention(scale):
    def compute(query, key, value, mask=None):
        scores = scale * query @ key.transpose(-1, -2)
        return torch.softmax(scores if mask is None else scores + mask, -1) @ value

    return compute


def qkv(heads, queries, tokens, width):
    return {
        "query": normal(heads, queries, width),
        "key": normal(heads, tokens, width),
        "value": normal(heads, tokens, width),
    }


causal = torch.triu(torch.full((5, 5), -1e9), 1)[None]
padding = torch.zeros(4, 1, 6)
padding[1, 0, 4:] = -1e9
padding[3, 0, 2:] = -1e9
wide = normal(3, 7, scale=4.0)
extreme = torch.tensor([[-90.0, -20.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 20.0, 90.0]])

cases = [
    case("layer norm", "layerNorm", layer_norm(1e-5), {"x": normal(6, 8), "gamma": normal(8), "beta": normal(8)}, options={"epsilon": 1e-5}),
    case("layer norm with the epsilon of BERT, far from zero", "layerNorm", layer_norm(1e-12), {"x": normal(2, 3, 16) + 20, "gamma": normal(16), "beta": normal(16)}, options={"epsilon": 1e-12}),
    case("layer norm of nearly equal values", "layerNorm", layer_norm(1e-5), {"x": normal(4, 8, scale=1e-3), "gamma": normal(8), "beta": normal(8)}, options={"epsilon": 1e-5}),
    case("gelu", "gelu", F.gelu, {"input": wide}),
    case("gelu far out", "gelu", F.gelu, {"input": extreme}),
    case("quick gelu", "quickGelu", lambda input: input * torch.sigmoid(1.702 * input), {"input": wide}),
    case("quick gelu far out", "quickGelu", lambda input: input * torch.sigmoid(1.702 * input), {"input": extreme}),
    case("unit rows", "l2Normalise", lambda input: F.normalize(input, dim=-1), {"input": normal(5, 6)}),
    case(
        "softmax cross-entropy",
        "softmaxCrossEntropy",
        lambda logits, target: F.cross_entropy(logits, target),
        {"logits": normal(6, 5, scale=3.0)},
        {"target": torch.softmax(normal(6, 5), -1).float().double()},
    ),
    case(
        "softmax cross-entropy of large logits",
        "softmaxCrossEntropy",
        lambda logits, target: F.cross_entropy(logits, target),
        {"logits": normal(4, 4, scale=300.0)},
        {"target": torch.eye(4)},
    ),
    case("attention", "attention", attention(0.5), qkv(4, 5, 5, 4), options={"scale": 0.5}),
    case("attention of one query, masked", "attention", attention(0.25), qkv(4, 1, 6, 8), {"mask": padding}, {"scale": 0.25}),
    case("causal attention", "attention", attention(8**-0.5), qkv(3, 5, 5, 8), {"mask": causal}, {"scale": 8**-0.5}),
    case("attention of far apart scores", "attention", attention(6.0), qkv(2, 3, 4, 4), options={"scale": 6.0}),
    case("attention in one head", "attention", attention(1 / math.sqrt(2)), qkv(1, 4, 3, 2), options={"scale": 1 / math.sqrt(2)}),
]
Path(__file__).with_name("ops.json").write_text(json.dumps(cases, separators=(",", ":")))
