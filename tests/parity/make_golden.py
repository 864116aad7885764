"""Golden tensors for tests/parity: small images resized by Pillow with every filter, up and down.

    python tests/parity/make_golden.py        needs Pillow and NumPy as pinned in models/build/requirements.txt

Writes golden/*.png (inputs and expected crops, all lossless) and golden/cases.json.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
OUT = HERE / "golden"
PHOTO = HERE.parents[1] / "public" / "gallery" / "espresso.png"
FILTERS = {"nearest": 0, "lanczos3": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


def pictures() -> dict[str, Image.Image]:
    """Small photos and noise images, with even, odd and single-pixel sides."""
    photo = Image.open(PHOTO).convert("RGB")
    dice = random.Random(7)
    noise = Image.new("RGB", (61, 47))
    noise.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(61 * 47)])
    return {
        "photo": photo.crop((150, 60, 151 + 150, 60 + 97)),
        "tall": photo.crop((300, 40, 300 + 53, 40 + 160)),
        "noise": noise,
        "row": photo.crop((100, 200, 190, 201)),
        "column": photo.crop((300, 100, 301, 170)),
        "pixel": photo.crop((300, 200, 301, 201)),
    }


# name: (shortest edge or both sides, crop). Each is applied to every image; 1-pixel sides are always enlarged.
RESIZES: dict[str, tuple[int | tuple[int, int], int | None]] = {
    "down": (40, 36),
    "odd": (45, 32),
    "up": (120, 105),
    "squash": ((31, 44), None),
}


# name: (part of the picture as left, top, right, bottom in shares of its sides, size). Not whole pixels.
BOXES: dict[str, tuple[tuple[float, float, float, float], tuple[int, int]]] = {
    "box-down": ((0.1, 0.2, 0.85, 0.9), (16, 14)),
    "box-up": ((0.5, 0.0, 1.0, 0.45), (40, 44)),
}


def boxes(name: str, picture: Image.Image) -> list[dict]:
    """Parts of a picture, resized as `Image.resize(size, box=…)` does it."""
    cases = []
    for box_name, (shares, size) in BOXES.items():
        left, top, right, bottom = (round(share * side, 2) for share, side in zip(shares, picture.size * 2))
        for interpolation, resample in FILTERS.items():
            file = f"{name}-{box_name}-{interpolation}.png"
            picture.resize(size, resample, box=(left, top, right, bottom)).save(OUT / file, optimize=True)
            area = {"left": left, "top": top, "width": right - left, "height": bottom - top}
            cases.append({"input": f"{name}.png", "expected": file, "interpolation": interpolation,
                          "box": area, "size": {"width": size[0], "height": size[1]}})
    return cases


def target(size: tuple[int, int], resize: int | tuple[int, int]) -> tuple[int, int]:
    if isinstance(resize, tuple):
        return resize
    width, height = size
    return (resize, int(resize * height / width)) if width <= height else (int(resize * width / height), resize)


def policies() -> None:
    """One file for each kind of image other than plain RGB, and the RGB that it represents."""
    photo = Image.open(PHOTO).convert("RGB").crop((250, 100, 250 + 64, 100 + 48))
    mask = Image.linear_gradient("L").resize(photo.size)
    white = Image.new("RGBA", photo.size, "white")

    def save(name: str, picture: Image.Image, expected: Image.Image, **options) -> None:
        picture.save(OUT / f"policy-{name}", **options)
        expected.convert("RGB").save(OUT / f"policy-{name.replace('.', '-')}-expected.png", optimize=True)

    alpha = photo.convert("RGBA")
    alpha.putalpha(mask)
    save("alpha.png", alpha, Image.alpha_composite(white, alpha))
    save("alpha.webp", alpha, Image.alpha_composite(white, alpha), lossless=True, exact=True)
    grey = photo.convert("L")
    save("grey.png", grey, grey)
    grey_alpha = grey.convert("LA")
    grey_alpha.putalpha(mask)
    save("grey-alpha.png", grey_alpha, Image.alpha_composite(white, grey_alpha.convert("RGBA")))
    palette = photo.quantize(32)
    save("palette.png", palette, palette)
    transparent = palette.copy()
    transparent.info["transparency"] = 3
    save("palette-alpha.png", transparent, Image.alpha_composite(white, transparent.convert("RGBA")), transparency=3)
    bilevel = grey.point(lambda level: 255 if level > 90 else 0).convert("1")
    save("bilevel.png", bilevel, bilevel)
    negative = Image.eval(photo, lambda level: 255 - level)
    save("frames.webp", photo, photo, save_all=True, append_images=[negative], lossless=True)
    save("pages.tiff", photo, photo, save_all=True, append_images=[negative])
    save("frames.gif", palette, palette, save_all=True, append_images=[negative.quantize(32)])


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*"):
        old.unlink()
    policies()
    cases, box_cases = [], []
    for name, picture in pictures().items():
        picture.save(OUT / f"{name}.png", optimize=True)
        if min(picture.size) > 1:
            box_cases += boxes(name, picture)
        for resize_name, (resize, crop) in RESIZES.items():
            for interpolation, resample in FILTERS.items():
                result = picture.resize(target(picture.size, resize), resample)
                if crop:
                    left, top = (int(round((side - crop) / 2)) for side in result.size)
                    result = result.crop((left, top, left + crop, top + crop))
                file = f"{name}-{resize_name}-{interpolation}.png"
                result.save(OUT / file, optimize=True)
                cases.append({
                    "input": f"{name}.png", "expected": file, "interpolation": interpolation,
                    "resize": {"width": resize[0], "height": resize[1]} if isinstance(resize, tuple)
                    else {"shortestEdge": resize},
                    "crop": {"width": crop, "height": crop} if crop else None,
                })
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")
    (OUT / "box-cases.json").write_text(json.dumps(box_cases, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
