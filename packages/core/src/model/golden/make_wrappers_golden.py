"""Embeddings and gradients of an open_clip model with LoRA, adapters, attention prefixes and prompt tokens in it.

The model is family "open-clip-gelu" of make_parity_golden.py. Values of the wrappers come from the same integer sequence.
Run: python3 make_wrappers_golden.py   (writes wrappers.json; made with torch 2.15, open_clip_torch 3.3)
"""

import json
import math
import types
from pathlib import Path

import torch
import torch.nn.functional as F
from open_clip.model import CLIP

family = next(f for f in json.loads(Path(__file__).with_name("parity.json").read_text()) if f["config"]["id"] == "open-clip-gelu")
config, batch = family["config"], family["batch"]
RANK, ALPHA, BOTTLENECK, SCALE, LENGTH = 2, 6, 3, 0.5, 2
WEIGHTS = [0.2, 0.9, 0.5, 1.0]  # of the prefix with its own softmax, one an image or text


def sequence(seed, shape, centre, half_width):
    x, values = seed, []
    for _ in range(math.prod(shape)):
        x = (1664525 * x + 1013904223) % 2**32
        values.append(centre + half_width * (x / 2**31 - 1))
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


def model_of():
    image, text = config["image"], config["text"]
    model = CLIP(
        config["embedding"],
        dict(image_size=image["size"], patch_size=image["patch"], width=image["width"], layers=image["depth"], head_width=image["width"] // image["heads"]),
        dict(context_length=text["context"], vocab_size=text["vocabulary"], width=text["width"], heads=text["heads"], layers=text["depth"]),
    ).double()
    with torch.no_grad():
        for seed, (name, p) in enumerate(sorted(model.named_parameters()), start=1):
            p.copy_(sequence(seed, list(p.shape), 1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.3))
        model.logit_scale.fill_(2.0)
    return model.requires_grad_(False)


TOWERS = {"image": "visual.transformer.resblocks", "text": "transformer.resblocks"}


def shapes(kind):
    """Variables of a wrapper by our names."""
    found = {}
    for tower, prefix in TOWERS.items():
        width = config[tower]["width"]
        for i in range(config[tower]["depth"]):
            if kind == "lora":
                for name, rows, columns in [
                    ("attn.in_proj_weight", 3 * width, width), ("attn.out_proj.weight", width, width),
                    ("mlp.c_fc.weight", 4 * width, width), ("mlp.c_proj.weight", width, 4 * width),
                ]:
                    found[f"lora/x/{prefix}.{i}.{name}/a"] = [RANK, columns]
                    found[f"lora/x/{prefix}.{i}.{name}/b"] = [rows, RANK]
            if kind == "adapter":
                name = f"adapter/x/{tower}.{i}"
                found |= {f"{name}/down.weight": [BOTTLENECK, width], f"{name}/down.bias": [BOTTLENECK]}
                found |= {f"{name}/up.weight": [width, BOTTLENECK], f"{name}/up.bias": [width]}
            if kind in ("prefix", "separatePrefix"):
                found |= {f"prefix/x/{tower}.{i}/keys": [LENGTH, width], f"prefix/x/{tower}.{i}/values": [LENGTH, width]}
    if kind == "prompts":
        found["prompt/x/tokens"] = [2, LENGTH * config["image"]["width"]]
    return found


def block_forward(tower, i, kind, variables):
    heads = config[tower]["heads"]

    def apart(x):  # [batch, tokens, width] -> [batch, heads, tokens, head width]
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def forward(self, q_x, k_x=None, v_x=None, attn_mask=None):
        q, k, v = map(apart, F.linear(self.ln_1(q_x), self.attn.in_proj_weight, self.attn.in_proj_bias).chunk(3, -1))
        beside = 0
        if kind in ("prefix", "separatePrefix"):
            pk, pv = (apart(variables[f"prefix/x/{tower}.{i}/{part}"].expand(len(q_x), -1, -1)) for part in ("keys", "values"))
            if kind == "prefix":
                k, v = torch.cat([pk, k], 2), torch.cat([pv, v], 2)
                attn_mask = None if attn_mask is None else F.pad(attn_mask, (LENGTH, 0))
            else:
                beside = torch.tensor(WEIGHTS).double()[:, None, None, None] * F.scaled_dot_product_attention(q, pk, pv)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=attn_mask) + beside
        x = q_x + self.attn.out_proj(mixed.transpose(1, 2).flatten(2))
        y = x + self.mlp(self.ln_2(x))
        if kind == "adapter":
            down, d, up, u = (variables[f"adapter/x/{tower}.{i}/{part}"] for part in ("down.weight", "down.bias", "up.weight", "up.bias"))
            y = y + SCALE * F.linear(F.relu(F.linear(x, down, d)), up, u)
        return y

    return forward


def case(kind):
    model = model_of()
    variables = {
        name: sequence(200 + seed, shape, 0.0, 0.3).requires_grad_()
        for seed, (name, shape) in enumerate(sorted(shapes(kind).items()), start=1)
    }
    for tower, blocks in (("image", model.visual.transformer.resblocks), ("text", model.transformer.resblocks)):
        for i, block in enumerate(blocks):
            block.forward = types.MethodType(block_forward(tower, i, kind, variables), block)
    if kind == "prompts":
        ln_pre = model.visual.ln_pre
        prompts = variables["prompt/x/tokens"].reshape(-1, config["image"]["width"])
        plain = ln_pre.forward
        ln_pre.forward = lambda x: plain(torch.cat([x[:, :1], prompts.expand(len(x), -1, -1), x[:, 1:]], 1))
    state = {}
    if kind == "lora":
        parameters = dict(model.named_parameters())
        for name in {name.split("/")[2] for name in variables}:
            update = variables[f"lora/x/{name}/b"] @ variables[f"lora/x/{name}/a"]
            state[name] = parameters[name] + ALPHA / RANK * update
    size = config["image"]["size"]
    pixels = sequence(1001, [batch, size, size, 3], 0.0, 2.0).permute(0, 3, 1, 2)
    tokens = torch.tensor(family["tokens"])
    # The same function with the LoRA's weights in place of the model's.
    images, texts, scale = torch.func.functional_call(model, state, (pixels, tokens)) if state else model(pixels, tokens)
    logits = scale * images @ texts.T
    target = torch.arange(batch)
    loss = F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)
    loss.backward()
    gradients = {}
    for seed, (name, v) in enumerate(sorted(variables.items()), start=1):
        probe = sequence(5000 + seed, list(v.shape), 0.0, 1.0)
        # A norm and a projection on a pseudo-random direction say as much as all values.
        gradients[name] = {"norm": v.grad.norm().item(), "probe": (v.grad * probe).sum().item()}
    return {"kind": kind, "images": images.tolist(), "texts": texts.tolist(), "loss": loss.item(), "gradients": gradients}


golden = {
    "rank": RANK, "alpha": ALPHA, "bottleneck": BOTTLENECK, "scale": SCALE, "length": LENGTH, "weights": WEIGHTS,
    "cases": [case(kind) for kind in ("lora", "adapter", "prefix", "separatePrefix", "prompts")],
}
Path(__file__).with_name("wrappers.json").write_text(json.dumps(golden) + "\n")
