"""Embeddings, gradients and ten AdamW steps of every architecture family, from open_clip, timm and transformers.

    python3 make_parity_golden.py               writes parity.json and parity.<family>.safetensors beside itself
    python3 make_parity_golden.py --large DIR   writes larger shapes, with their weights, to DIR (for the test run)

Small weights, pixels and tokens come from an integer sequence that the test repeats, so only results are stored.
Computed in double precision. Made with torch 2.15, open_clip_torch 3.3, timm 1.0, transformers 5.24.
"""

import argparse
import json
import math
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

import torch
import torch.nn.functional as F
from open_clip.model import CLIP, CustomTextCLIP
from safetensors.torch import save_file
from timm.models import register_model
from timm.models.vision_transformer import VisionTransformer
from transformers import BertConfig, CLIPConfig, CLIPModel

SMALL = {"image": dict(size=16, patch=8, width=16, depth=2, heads=2), "text": dict(context=10, vocabulary=64, width=24, depth=2, heads=3), "embedding": 12}
LARGE = {"image": dict(size=64, patch=16, width=192, depth=4, heads=6), "text": dict(context=48, vocabulary=3000, width=128, depth=4, heads=4), "embedding": 96}
STEPS, RATE, DECAY = 10, 1e-3, 0.1
BATCH = 4


def sequence(seed, shape, centre, half_width):
    """Linear congruential numbers (Numerical Recipes), centre +- half_width, rounded to float32."""
    x, values = seed, []
    for _ in range(math.prod(shape)):
        x = (1664525 * x + 1013904223) % 2**32
        values.append(centre + half_width * (x / 2**31 - 1))
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


def open_clip_config(config):
    image, text = config["image"], config["text"]
    vision = dict(image_size=image["size"], patch_size=image["patch"], width=image["width"], layers=image["depth"], head_width=image["width"] // image["heads"])
    if image["kind"] == "timm":
        vision = dict(timm_model_name="parity_vit", timm_model_pretrained=False, timm_pool="", timm_proj="linear", image_size=image["size"])

        @register_model
        def parity_vit(pretrained=False, **kwargs):
            kwargs = {key: value for key, value in kwargs.items() if key in ("num_classes", "global_pool")}
            trunk = VisionTransformer(
                img_size=image["size"], patch_size=image["patch"], embed_dim=image["width"], depth=image["depth"], num_heads=image["heads"], **kwargs
            )
            trunk.default_cfg = {}
            return trunk

    language = dict(context_length=text["context"], vocab_size=text["vocabulary"], width=text["width"], heads=text["heads"], layers=text["depth"])
    if text["kind"] == "bert":
        folder = tempfile.mkdtemp()
        bert_config(text).save_pretrained(folder)
        language = dict(
            context_length=text["context"],
            hf_model_name=folder,
            hf_model_pretrained=False,
            hf_proj_type=text["projection"],
            hf_pooler_type="cls_last_hidden_state_pooler",
        )
    return dict(embed_dim=config["embedding"], vision_cfg=vision, text_cfg=language, quick_gelu=image["activation"] == "quickGelu")


def bert_config(text):
    return BertConfig(
        vocab_size=text["vocabulary"],
        hidden_size=text["width"],
        num_hidden_layers=text["depth"],
        num_attention_heads=text["heads"],
        intermediate_size=4 * text["width"],
        max_position_embeddings=text["positions"],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


class OpenClip:
    """open_clip's own model; parameter names are ours."""

    def __init__(self, config):
        kind = CustomTextCLIP if config["text"]["kind"] == "bert" else CLIP
        self.model = kind(**open_clip_config(config)).double().eval()
        self.parameters = dict(self.model.named_parameters())

    def embeddings(self, pixels, tokens):
        return self.model.encode_image(pixels, normalize=True), self.model.encode_text(tokens, normalize=True)


class Transformers:
    """CLIPModel of transformers; its parameters are gathered under our names."""

    def __init__(self, config):
        image, text = config["image"], config["text"]
        act = {"quickGelu": "quick_gelu", "gelu": "gelu"}
        common = dict(attention_dropout=0.0)
        self.model = CLIPModel(
            CLIPConfig(
                projection_dim=config["embedding"],
                vision_config=dict(
                    hidden_size=image["width"], intermediate_size=4 * image["width"], num_hidden_layers=image["depth"], num_attention_heads=image["heads"],
                    image_size=image["size"], patch_size=image["patch"], hidden_act=act[image["activation"]], projection_dim=config["embedding"], **common,
                ),
                text_config=dict(
                    vocab_size=text["vocabulary"], hidden_size=text["width"], intermediate_size=4 * text["width"], num_hidden_layers=text["depth"],
                    num_attention_heads=text["heads"], max_position_embeddings=text["context"], hidden_act=act[text["activation"]],
                    eos_token_id=text["vocabulary"] - 1, bos_token_id=text["vocabulary"] - 2, pad_token_id=0, projection_dim=config["embedding"], **common,
                ),
            )
        ).double().eval()
        # Ours -> the parts of theirs, in the order they are joined, and whether a matrix is stored the other way round.
        v, t = "vision_model", "text_model"
        self.parts = {
            "visual.class_embedding": ([f"{v}.embeddings.class_embedding"], False),
            "visual.positional_embedding": ([f"{v}.embeddings.position_embedding.weight"], False),
            "visual.conv1.weight": ([f"{v}.embeddings.patch_embedding.weight"], False),
            "visual.proj": (["visual_projection.weight"], True),
            "token_embedding.weight": ([f"{t}.embeddings.token_embedding.weight"], False),
            "positional_embedding": ([f"{t}.embeddings.position_embedding.weight"], False),
            "text_projection": (["text_projection.weight"], True),
            "logit_scale": (["logit_scale"], False),
        }
        for kind in ("weight", "bias"):
            self.parts[f"visual.ln_pre.{kind}"] = ([f"{v}.pre_layrnorm.{kind}"], False)
            self.parts[f"visual.ln_post.{kind}"] = ([f"{v}.post_layernorm.{kind}"], False)
            self.parts[f"ln_final.{kind}"] = ([f"{t}.final_layer_norm.{kind}"], False)
            for tower, ours, theirs in ((image, "visual.transformer", v), (text, "transformer", t)):
                for i in range(tower["depth"]):
                    block, layer = f"{ours}.resblocks.{i}", f"{theirs}.encoder.layers.{i}"
                    self.parts[f"{block}.attn.in_proj_{kind}"] = ([f"{layer}.self_attn.{p}_proj.{kind}" for p in "qkv"], False)
                    self.parts[f"{block}.attn.out_proj.{kind}"] = ([f"{layer}.self_attn.out_proj.{kind}"], False)
                    self.parts[f"{block}.ln_1.{kind}"] = ([f"{layer}.layer_norm1.{kind}"], False)
                    self.parts[f"{block}.ln_2.{kind}"] = ([f"{layer}.layer_norm2.{kind}"], False)
                    self.parts[f"{block}.mlp.c_fc.{kind}"] = ([f"{layer}.mlp.fc1.{kind}"], False)
                    self.parts[f"{block}.mlp.c_proj.{kind}"] = ([f"{layer}.mlp.fc2.{kind}"], False)
        theirs = dict(self.model.named_parameters())
        assert sorted(theirs) == sorted(name for names, _ in self.parts.values() for name in names)
        # Leaves under our names; the module gets views of them, so that gradients arrive joined.
        self.parameters = {name: torch.nn.Parameter(self.joined(theirs, *part)) for name, part in self.parts.items()}

    @staticmethod
    def joined(theirs, names, turned):
        value = torch.cat([theirs[name].detach() for name in names]) if len(names) > 1 else theirs[names[0]].detach()
        return (value.T if turned else value).clone()

    def embeddings(self, pixels, tokens):
        state = {}
        for ours, (names, turned) in self.parts.items():
            value = self.parameters[ours].T if turned else self.parameters[ours]
            for name, part in zip(names, value.chunk(len(names)) if len(names) > 1 else [value]):
                state[name] = part
        output = torch.func.functional_call(self.model, state, kwargs=dict(input_ids=tokens, pixel_values=pixels))
        return output.image_embeds, output.text_embeds


def tokens_of(text):
    """Texts of several lengths, one of them as long as the context."""
    last, context = text["vocabulary"] - 1, text["context"]
    lengths = [5, context, 3, context - 2]
    rows = []
    for i, length in enumerate(lengths):
        words = [(7 * i + 5 * j) % (last - 4) + 3 for j in range(length - 2)]
        first, end = (1, 2) if text["kind"] == "bert" else (last - 1, last)
        rows.append([first, *words, end] + [0] * (context - length))
    return torch.tensor(rows)


def families(shape):
    def config(name, image, text, **more):
        # Position embeddings of BERT beyond the context, as in the models that people have.
        extra = dict(positions=shape["text"]["context"] + 6, **more) if text[0] == "bert" else {}
        return dict(
            id=name,
            image=dict(kind=image[0], activation=image[1], **shape["image"]),
            text=dict(kind=text[0], activation=text[1], **shape["text"], **extra),
            embedding=shape["embedding"],
        )

    quick, exact = "quickGelu", "gelu"
    return [
        (OpenClip, config("open-clip-quick-gelu", ("clip", quick), ("clip", quick))),
        (OpenClip, config("open-clip-gelu", ("clip", exact), ("clip", exact))),
        (Transformers, config("transformers-clip", ("clip", quick), ("clip", quick))),
        (OpenClip, config("timm-bert", ("timm", exact), ("bert", exact), projection="mlp")),
        (OpenClip, config("clip-bert", ("clip", quick), ("bert", exact), projection="linear")),
        (OpenClip, config("timm-clip", ("timm", exact), ("clip", exact))),
    ]


def contrastive(model, pixels, tokens):
    images, texts = model.embeddings(pixels, tokens)
    logits = model.parameters["logit_scale"].exp() * images @ texts.T
    target = torch.arange(len(pixels))
    return F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target), images, texts, logits


def is_norm(name):
    return name.endswith("weight") and any(part in name for part in ("ln_", "norm", "LayerNorm"))


def run(kind, config, large):
    torch.manual_seed(1)
    model = kind(config)
    parameters = model.parameters
    with torch.no_grad():
        for seed, name in enumerate(sorted(parameters), start=1):
            p = parameters[name]
            centre = 1.0 if is_norm(name) else 0.0
            if large:
                deviation = 0.3 if p.ndim < 2 else 1.5 * p.shape[-1] ** -0.5
                p.copy_((centre + deviation * torch.randn(p.shape)).float().double())
            else:
                p.copy_(sequence(seed, list(p.shape), centre, 0.3))
        parameters["logit_scale"].fill_(2.0)
    start = {name: p.detach().float().clone().contiguous() for name, p in parameters.items()}
    size = config["image"]["size"]
    pixels = sequence(1001, [BATCH, size, size, 3], 0.0, 2.0).permute(0, 3, 1, 2)
    tokens = tokens_of(config["text"])
    loss, images, texts, logits = contrastive(model, pixels, tokens)
    loss.backward()
    gradients = {name: p.grad.float().clone().contiguous() for name, p in parameters.items()}
    tensors = {f"gradient/{name}": value for name, value in gradients.items()}
    if large:
        tensors |= {f"start/{name}": value for name, value in start.items()}
    else:
        train(model, pixels, tokens)
        tensors |= {f"trained/{name}": p.detach().float().contiguous() for name, p in parameters.items()}
    golden = {
        "config": config,
        "batch": BATCH,
        "tokens": tokens.tolist(),
        "images": images.tolist(),
        "texts": texts.tolist(),
        "logits": logits.tolist(),
        "loss": loss.item(),
        "adamw": {"steps": STEPS, "learningRate": RATE, "weightDecay": DECAY},
    }
    return golden, tensors


def train(model, pixels, tokens):
    """AdamW steps; the decay goes to matrices and embeddings only."""
    parameters = model.parameters
    decayed = [p for p in parameters.values() if p.ndim > 1]
    plain = [p for p in parameters.values() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=DECAY), dict(params=plain, weight_decay=0.0)], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        contrastive(model, pixels, tokens)[0].backward()
        optimizer.step()


arguments = argparse.ArgumentParser()
arguments.add_argument("--large", type=Path)
folder = arguments.parse_args().large
goldens = []
for kind, config in families(LARGE if folder else SMALL):
    golden, tensors = run(kind, config, folder is not None)
    goldens.append(golden)
    save_file(tensors, (folder or Path(__file__).parent) / f"parity.{config['id']}.safetensors")
((folder or Path(__file__).parent) / "parity.json").write_text(json.dumps(goldens) + "\n")
