"""The peer of the engine bench: the same CLIP step in PyTorch eager.

Usage: engine.py <shape as JSON>. For every line on stdin runs that many repeats and answers with their times as JSON.
"""
import json
import resource
import sys
import time

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as error:
    print(json.dumps({"missing": f"Python has no torch ({error})"}), flush=True)
    sys.exit(0)


class Block(nn.Module):
    def __init__(self, width, heads, activation):
        super().__init__()
        self.heads = heads
        self.activate = F.gelu if activation == "gelu" else lambda x: x * torch.sigmoid(1.702 * x)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc, self.proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, causal):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.ln_1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.proj(self.activate(self.fc(self.ln_2(x))))


class Clip(nn.Module):
    def __init__(self, config):
        super().__init__()
        image, text, dim = config["image"], config["text"], config["embedding"]
        width = image["width"]
        self.conv1 = nn.Conv2d(3, width, image["patch"], image["patch"], bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        self.image_positions = nn.Parameter(torch.randn((image["size"] // image["patch"]) ** 2 + 1, width) * width**-0.5)
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        activation = config["image"]["activation"]
        self.image_blocks = nn.ModuleList(Block(width, image["heads"], activation) for _ in range(image["depth"]))
        self.image_projection = nn.Parameter(torch.randn(width, dim) * width**-0.5)
        self.token_embedding = nn.Embedding(text["vocabulary"], text["width"])
        self.text_positions = nn.Parameter(torch.randn(text["context"], text["width"]) * 0.01)
        self.text_blocks = nn.ModuleList(
            Block(text["width"], text["heads"], activation) for _ in range(text["depth"])
        )
        self.ln_final = nn.LayerNorm(text["width"])
        self.text_projection = nn.Parameter(torch.randn(text["width"], dim) * text["width"] ** -0.5)
        self.logit_scale = nn.Parameter(torch.tensor(config["logitScale"]).log())

    def images(self, pixels):
        x = self.conv1(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.image_positions
        x = self.ln_pre(x)
        for block in self.image_blocks:
            x = block(x, False)
        return F.normalize(self.ln_post(x[:, 0]) @ self.image_projection, dim=-1)

    def texts(self, tokens):
        x = self.token_embedding(tokens) + self.text_positions
        for block in self.text_blocks:
            x = block(x, True)
        return F.normalize(self.ln_final(x[torch.arange(len(x)), tokens.argmax(1)]) @ self.text_projection, dim=-1)


def main():
    shape = json.loads(sys.argv[1])
    config, batch = shape["config"], shape["batch"]
    torch.manual_seed(1)
    torch.set_num_threads(shape["threads"])
    model = Clip(config)
    size, text = config["image"]["size"], config["text"]
    pixels = torch.rand(batch, 3, size, size) * 2 - 1
    tokens = torch.randint(0, text["vocabulary"], (batch, text["context"]))
    targets = torch.arange(batch)
    if shape["kind"] == "step":
        optimiser = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.1)

    def step():
        logits = model.images(pixels) @ model.texts(tokens).T * model.logit_scale.exp()
        loss = F.cross_entropy(logits, targets) + F.cross_entropy(logits.T, targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    def forward():
        with torch.no_grad():
            return model.images(pixels)[0, 0].item()

    run = step if shape["kind"] == "step" else forward
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            started = time.perf_counter()
            run()
            milliseconds.append((time.perf_counter() - started) * 1000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({"milliseconds": milliseconds, "peakBytes": peak, "version": torch.__version__}), flush=True)


main()
