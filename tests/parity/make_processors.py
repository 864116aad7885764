"""Golden tensors of Hugging Face's image processors and of timm's evaluation transform, for
tests/parity/processors.test.ts.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 pillow==13.0.0 transformers==5.24.0
    venv/bin/python tests/parity/make_processors.py

The classes are transformers' own, with their PIL backend, so that PyTorch is not needed. timm needs PyTorch; its
transform, a resize and a crop of torchvision, is reimplemented here.
"""

import json
import math
from pathlib import Path

import numpy as np
from PIL import Image
from transformers.models.beit.image_processing_pil_beit import BeitImageProcessorPil
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.efficientnet.image_processing_pil_efficientnet import EfficientNetImageProcessorPil
from transformers.models.levit.image_processing_pil_levit import LevitImageProcessorPil
from transformers.models.mobilenet_v1.image_processing_pil_mobilenet_v1 import MobileNetV1ImageProcessorPil
from transformers.models.mobilenet_v2.image_processing_pil_mobilenet_v2 import MobileNetV2ImageProcessorPil
from transformers.models.mobilevit.image_processing_pil_mobilevit import MobileViTImageProcessorPil
from transformers.models.poolformer.image_processing_pil_poolformer import PoolFormerImageProcessorPil
from transformers.models.pvt.image_processing_pil_pvt import PvtImageProcessorPil
from transformers.models.segformer.image_processing_pil_segformer import SegformerImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

HERE = Path(__file__).parent / "golden" / "processors"

# Configurations like published ones, with small sizes. Missing keys take the defaults of the class.
CASES = {
    "vit-number": (ViTImageProcessorPil, {"size": 24}),
    "vit-both-sides": (ViTImageProcessorPil, {"size": {"height": 20, "width": 28}, "resample": 3}),
    "vit-fit": (ViTImageProcessorPil, {"size": {"max_height": 20, "max_width": 28}, "do_pad": True, "pad_size": {"height": 22, "width": 30}, "image_mean": [0.4, 0.6, 0.2]}),
    "swin": (ViTImageProcessorPil, {"size": {"height": 24, "width": 24}, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3}),
    "deit": (DeiTImageProcessorPil, {"size": 32, "crop_size": 24}),
    "beit": (BeitImageProcessorPil, {"size": 24}),
    "beit-crop": (BeitImageProcessorPil, {"size": {"height": 32, "width": 32}, "do_center_crop": True, "crop_size": {"height": 24, "width": 24}}),
    "pvt": (PvtImageProcessorPil, {"size": {"height": 24, "width": 24}}),
    "segformer-number": (SegformerImageProcessorPil, {"size": 24}),
    "segformer-both-sides": (SegformerImageProcessorPil, {"size": {"height": 20, "width": 28}, "resample": 3, "do_reduce_labels": True}),
    "siglip": (SiglipImageProcessorPil, {"size": {"height": 24, "width": 24}}),
    "convnext-crop": (ConvNextImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_pct": 0.875}),
    "convnext-number": (ConvNextImageProcessorPil, {"size": 21}),
    "resnet": (ConvNextImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_pct": 0.875, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}),
    "efficientnet": (EfficientNetImageProcessorPil, {"size": {"height": 24, "width": 24}, "resample": 0, "include_top": True, "image_std": [0.47853944, 0.4732864, 0.47434163]}),
    "efficientnet-crop": (EfficientNetImageProcessorPil, {"size": {"height": 30, "width": 30}, "do_center_crop": True, "crop_size": {"height": 23, "width": 23}, "rescale_offset": True, "rescale_factor": 1 / 127.5, "include_top": False}),
    "mobilenet-v1": (MobileNetV1ImageProcessorPil, {"size": {"shortest_edge": 27}, "crop_size": {"height": 24, "width": 24}}),
    "mobilenet-v2": (MobileNetV2ImageProcessorPil, {"size": {"shortest_edge": 31}, "crop_size": {"height": 24, "width": 24}, "resample": 2}),
    "mobilevit": (MobileViTImageProcessorPil, {"size": {"shortest_edge": 30}, "crop_size": {"height": 24, "width": 24}, "do_flip_channel_order": True}),
    "levit": (LevitImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}}),
    "poolformer": (PoolFormerImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}, "crop_pct": 0.95}),
    "bit": (BitImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}}),
    "bit-padded": (BitImageProcessorPil, {"size": {"shortest_edge": 20}, "crop_size": {"height": 24, "width": 24}}),
    "clip": (CLIPImageProcessorPil, {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}}),
}

TIMM = {
    "timm-center": {"input_size": [3, 24, 24], "crop_pct": 0.9, "crop_mode": "center", "interpolation": "bicubic", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
    "timm-border": {"input_size": [3, 24, 24], "crop_pct": 1.0, "crop_mode": "border", "interpolation": "bicubic", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
    "timm-border-cropped": {"input_size": [3, 24, 20], "crop_pct": 0.8, "crop_mode": "border", "interpolation": "bilinear", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
    "timm-squash": {"input_size": [3, 24, 20], "crop_pct": 0.95, "crop_mode": "squash", "interpolation": "bilinear", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
}
INTERPOLATIONS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def photos() -> dict[str, Image.Image]:
    """Two small images with edges and gradients: one is reduced, one enlarged."""
    rng = np.random.default_rng(18)
    made = {}
    for name, (width, height) in {"wide": (91, 67), "tall": (17, 22)}.items():
        x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
        planes = [255 * x, 255 * y, 127 + 127 * np.sin(9 * x * y)]
        pixels = np.stack(planes, -1) + rng.normal(0, 12, (height, width, 3))
        pixels[height // 3 : height // 2, width // 4 :] = [250, 20, 90]
        made[name] = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return made


def timm_transform(image: Image.Image, config: dict) -> np.ndarray:
    _, height, width = config["input_size"]
    scaled = [math.floor(side / config["crop_pct"]) for side in (height, width)]
    filter_ = INTERPOLATIONS[config["interpolation"]]
    if config["crop_mode"] == "squash":
        size = (scaled[1], scaled[0])
    elif config["crop_mode"] == "border":
        # timm.data.transforms.ResizeKeepRatio with longest=1.0
        ratio = max(image.width / scaled[1], image.height / scaled[0])
        size = (round(image.width / ratio), round(image.height / ratio))
    else:
        # torchvision.transforms.functional._compute_resized_output_size
        short, long = sorted(image.size)
        new_long = int(scaled[0] * long / short)
        size = (scaled[0], new_long) if image.width <= image.height else (new_long, scaled[0])
    image = image.resize(size, filter_)
    if config["crop_mode"] == "border":
        # timm.data.transforms.center_crop_or_pad
        fill = tuple(round(255 * v) for v in config["mean"])
        padded = Image.new("RGB", (max(width, image.width), max(height, image.height)), fill)
        padded.paste(image, (max(0, width - image.width) // 2, max(0, height - image.height) // 2))
        image = padded
    # torchvision.transforms.functional.center_crop
    left, top = int(round((image.width - width) / 2.0)), int(round((image.height - height) / 2.0))
    pixels = np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.float32) / 255
    pixels = (pixels - np.float32(config["mean"])) / np.float32(config["std"])
    return pixels.transpose(2, 0, 1)


def main() -> None:
    HERE.mkdir(parents=True, exist_ok=True)
    cases = []
    for photo, image in photos().items():
        image.save(HERE / f"{photo}.png", optimize=True)
        for name, (cls, options) in CASES.items():
            tensor = np.asarray(cls(**options)(image, return_tensors="np")["pixel_values"][0], dtype=np.float32)
            config = {"image_processor_type": cls.__name__.removesuffix("Pil"), **options}
            cases.append(write(f"{name}-{photo}", photo, tensor, {"preprocessor": config}))
        for name, options in TIMM.items():
            cases.append(write(f"{name}-{photo}", photo, timm_transform(image, options), {"config": {"pretrained_cfg": options}}))
    (HERE / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")


def write(name: str, photo: str, tensor: np.ndarray, described: dict) -> dict:
    (HERE / f"{name}.f32").write_bytes(np.ascontiguousarray(tensor, dtype="<f4").tobytes())
    return {"name": name, "photo": photo, "shape": list(tensor.shape), **described}


if __name__ == "__main__":
    main()
