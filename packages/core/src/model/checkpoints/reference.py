"""Embeddings of a checkpoint by its own library, for comparison with ours.

python3 reference.py <library> <source> <probe folder>

library: open_clip (source: a folder with open_clip_config.json) or huggingface (source: a folder of a CLIPModel).
A folder "text" in the probe folder holds the config.json of a BERT text tower, for checkpoints that name one of the hub.
The probe folder holds probe.json {batch, size, context} and the little-endian files pixels.f32 [batch, size, size, 3]
and tokens.i32 [batch, context]; images.f32, texts.f32 (unit rows) and answer.json are written there.
"""
import json
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a folder that needs the network is no reference
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

NO_LIBRARY = 3  # exit code

try:
    import numpy
    import torch
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(NO_LIBRARY)


def with_local_text(source, folder):
    """A copy of the checkpoint's folder (of links) whose text tower is described by a file here and not by the hub."""
    config = json.loads((pathlib.Path(source) / "open_clip_config.json").read_text())
    text = config["model_cfg"]["text_cfg"]
    if not (folder / "text").is_dir() or not text.get("hf_model_name") or os.path.isdir(text["hf_model_name"]):
        return source
    copy = folder / "checkpoint"
    copy.mkdir()
    for file in pathlib.Path(source).resolve().iterdir():
        if file.name != "open_clip_config.json":
            (copy / file.name).symlink_to(file)
    text["hf_model_name"] = str(folder / "text")
    (copy / "open_clip_config.json").write_text(json.dumps(config))
    return copy


def open_clip_model(source, folder):
    import open_clip

    source = with_local_text(source, folder)
    model = open_clip.create_model(f"local-dir:{source}", pretrained_image=False, pretrained_text=False, require_pretrained=True)
    return model.eval(), model.encode_image, model.encode_text, open_clip.__version__


def hugging_face_model(source, _):
    import transformers

    model = transformers.CLIPModel.from_pretrained(source, local_files_only=True).eval()

    def images(pixels):
        return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)

    def texts(tokens):
        return model.text_projection(model.text_model(input_ids=tokens).pooler_output)

    return model, images, texts, transformers.__version__


def main(library, source, folder):
    folder = pathlib.Path(folder)
    probe = json.loads((folder / "probe.json").read_text())
    batch, size, context = probe["batch"], probe["size"], probe["context"]
    pixels = torch.from_numpy(numpy.fromfile(folder / "pixels.f32", "<f4").reshape(batch, size, size, 3)).permute(0, 3, 1, 2)
    tokens = torch.from_numpy(numpy.fromfile(folder / "tokens.i32", "<i4").reshape(batch, context).astype("int64"))
    load = {"open_clip": open_clip_model, "huggingface": hugging_face_model}[library]
    model, encode_images, encode_texts, version = load(source, folder)
    model = model.float()
    with torch.no_grad():
        for name, rows in {"images": encode_images(pixels.contiguous()), "texts": encode_texts(tokens)}.items():
            unit = torch.nn.functional.normalize(rows.float(), dim=-1)
            unit.numpy().astype("<f4").tofile(folder / f"{name}.f32")
        scale = model.logit_scale.exp().item()
    (folder / "answer.json").write_text(json.dumps({"version": version, "torch": torch.__version__, "logitScale": scale}))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ImportError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_LIBRARY)
