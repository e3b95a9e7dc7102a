"""Embeddings and gradients of a small CLIP, written independently with PyTorch modules, in double precision.

Weights, pixels and tokens come from one integer sequence that the test repeats, so only results are stored.
Run: python3 make_model_golden.py   (writes model.json beside itself; made with torch 2.15)
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
CONFIG = json.loads((Path(__file__).parent.parent / "configs" / "test.json").read_text())
BATCH = 3


def sequence(seed, shape, centre, half_width):
    """Linear congruential numbers (Numerical Recipes), centre +- half_width, rounded to float32."""
    x = seed
    values = []
    for _ in range(int(torch.tensor(shape).prod()) if shape else 1):
        x = (1664525 * x + 1013904223) % 2**32
        values.append(centre + half_width * (x / 2**31 - 1))
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


class Block(nn.Module):
    def __init__(self, width, heads, activation):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})
        self.activation = activation

    def forward(self, x, mask):
        h = self.ln_1(x)
        x = x + self.attn(h, h, h, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp["c_proj"](self.activation(self.mlp["c_fc"](self.ln_2(x))))


class Blocks(nn.Module):
    def __init__(self, width, depth, heads, activation):
        super().__init__()
        self.resblocks = nn.ModuleList([Block(width, heads, activation) for _ in range(depth)])

    def forward(self, x, mask=None):
        for block in self.resblocks:
            x = block(x, mask)
        return x


class Visual(nn.Module):
    def __init__(self, config, dim, activation):
        super().__init__()
        width, patch = config["width"], config["patch"]
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((config["size"] // patch) ** 2 + 1, width))
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Blocks(width, config["depth"], config["heads"], activation)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, dim))

    def forward(self, pixels):  # [batch, 3, size, size]
        x = self.conv1(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.positional_embedding
        x = self.transformer(self.ln_pre(x))
        return F.normalize(self.ln_post(x[:, 0]) @ self.proj, dim=-1)


class Clip(nn.Module):
    def __init__(self, config, activation):
        super().__init__()
        text, dim = config["text"], config["embedding"]
        self.visual = Visual(config["image"], dim, activation)
        self.token_embedding = nn.Embedding(text["vocabulary"], text["width"])
        self.positional_embedding = nn.Parameter(torch.zeros(text["context"], text["width"]))
        self.transformer = Blocks(text["width"], text["depth"], text["heads"], activation)
        self.ln_final = nn.LayerNorm(text["width"])
        self.text_projection = nn.Parameter(torch.zeros(text["width"], dim))
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def encode_text(self, tokens):
        mask = torch.full((tokens.shape[1],) * 2, float("-inf")).triu(1)
        x = self.transformer(self.token_embedding(tokens) + self.positional_embedding, mask)
        x = self.ln_final(x)[torch.arange(len(x)), tokens.argmax(1)]
        return F.normalize(x @ self.text_projection, dim=-1)


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def case(name, activation):
    model = Clip(CONFIG, activation)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for seed, key in enumerate(sorted(parameters), start=1):
            p = parameters[key]
            is_norm = "ln_" in key and key.endswith("weight")
            p.copy_(sequence(seed, list(p.shape), 1.0 if is_norm else 0.0, 0.3))
        model.logit_scale.fill_(2.0)
    size, text = CONFIG["image"]["size"], CONFIG["text"]
    pixels = sequence(1001, [BATCH, size, size, 3], 0.0, 2.0)
    end = text["vocabulary"] - 1
    tokens = torch.tensor(
        [
            [end - 1, 7, 300, 41, end] + [0] * (text["context"] - 5),
            [end - 1, *range(20, 20 + text["context"] - 2), end],
            [end - 1, end] + [0] * (text["context"] - 2),
        ]
    )
    images = model.visual(pixels.permute(0, 3, 1, 2))
    texts = model.encode_text(tokens)
    logits = model.logit_scale.exp() * images @ texts.T
    target = torch.arange(BATCH)
    loss = F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)
    loss.backward()
    gradients = {}
    for seed, key in enumerate(sorted(parameters), start=1):
        g = parameters[key].grad
        probe = sequence(5000 + seed, list(g.shape), 0.0, 1.0)
        # A norm and a projection on a pseudo-random direction say as much as all values, in 60 bytes.
        gradients[key] = {"norm": g.norm().item(), "probe": (g * probe).sum().item()}
    return {
        "activation": name,
        "batch": BATCH,
        "tokens": tokens.tolist(),
        "images": images.tolist(),
        "texts": texts.tolist(),
        "loss": loss.item(),
        "gradients": gradients,
    }


cases = [case("gelu", F.gelu), case("quickGelu", quick_gelu)]
Path(__file__).with_name("model.json").write_text(json.dumps(cases, indent=1) + "\n")
