"""Golden HEIC files for tests/parity: a small file of every kind that cameras write, and its pixels as decoded by pillow-heif.

    pip install pillow==13.0.0 pillow-heif==1.8.1 numpy
    python tests/parity/make_heic.py

Writes golden/heic/*.heic, *-expected.png (RGB, over white where transparent, in sRGB) and cases.json. pillow-heif decodes with the
same libde265, natively; its encoder is x265.
"""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy
import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()

HERE = Path(__file__).parent
OUT = HERE / "golden" / "heic"
PHOTO = HERE.parents[1] / "public" / "gallery" / "espresso.png"
# Allowed difference in levels: none where the same decoder produces the same values, one where alpha is blended.
EXACT, BLENDED = 0, 1
# Two engines (lcms, and libvips' lcms with its own rounding) from a wide profile to sRGB.
CONVERTED = 2


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def display_p3() -> bytes:
    """An ICC profile of Display P3, as iPhones embed it: its primaries adapted to D50, and the curve of sRGB."""
    primaries = {
        "rXYZ": (0.51512, 0.2412, -0.00105),
        "gXYZ": (0.29198, 0.69225, 0.04189),
        "bXYZ": (0.1571, 0.06657, 0.78407),
    }
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(
        s15(value) for value in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    )
    name = "Display P3 (golden)".encode("utf-16-be")
    text = b"mluc" + bytes(4) + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(name), 28) + name
    tags = {"desc": text, "cprt": text, "wtpt": b"XYZ " + bytes(4) + s15(0.96419) + s15(1) + s15(0.82489)}
    tags |= {key: b"XYZ " + bytes(4) + b"".join(map(s15, xyz)) for key, xyz in primaries.items()}
    tags |= {key: curve for key in ("rTRC", "gTRC", "bTRC")}
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for key, value in tags.items():
        table += key.encode() + struct.pack(">II", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(data), b"lcms", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + s15(0.96419) + s15(1) + s15(0.82489)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    wide = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(
        picture, wide, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
    )


def expected(data: bytes, primary: int | None = None) -> Image.Image:
    """The image as decoded by pillow-heif: the primary image, over white where transparent, in sRGB if it has a profile."""
    picture = Image.open(io.BytesIO(data))
    if primary is not None:
        assert picture.tell() == primary, picture.tell()
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "RGBa"):
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("RGB")
    return in_srgb(picture, profile) if profile else picture


def deep(photo: Image.Image, bits: int, channels: str = "RGB") -> pillow_heif.HeifFile:
    """An image with more than eight bits of levels: a photo with a gradient between its levels."""
    values = numpy.asarray(photo).astype(numpy.uint32) * 257
    values = numpy.minimum(values + numpy.arange(values.shape[1], dtype=numpy.uint32)[None, :, None] * 3, 65535)
    return pillow_heif.from_bytes(mode=f"{channels};16", size=photo.size, data=values.astype(numpy.uint16).tobytes())


def bytes_of(picture: Image.Image | pillow_heif.HeifFile, **options) -> bytes:
    file = io.BytesIO()
    if isinstance(picture, Image.Image):
        picture.save(file, format="HEIF", **options)
    else:
        picture.save(file, **options)
    return file.getvalue()


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*"):
        old.unlink()
    whole = Image.open(PHOTO).convert("RGB")
    photo = whole.crop((250, 100, 250 + 96, 100 + 72))
    mask = Image.linear_gradient("L").resize(photo.size)
    alpha = photo.convert("RGBA")
    alpha.putalpha(mask)
    exif = Image.Exif()
    exif[0x0112] = 6
    cases: list[dict] = []

    def save(name: str, data: bytes, tolerance: int = EXACT, **about) -> None:
        (OUT / f"{name}.heic").write_bytes(data)
        picture = expected(data, about.pop("primary", None))
        picture.save(OUT / f"{name}-expected.png", optimize=True)
        cases.append({"name": name, "width": picture.width, "height": picture.height, "tolerance": tolerance, **about})

    plain = bytes_of(photo, quality=80)
    save("plain", plain)
    # The low quality shows whether HEVC's in-loop filters are enabled.
    save("coarse", bytes_of(photo, quality=20))
    save("odd-sides", bytes_of(photo.crop((0, 0, 83, 61)), quality=80))
    save("tiny", bytes_of(photo.crop((0, 0, 3, 5)), quality=90))
    save("full-chroma", bytes_of(photo, quality=80, chroma=444))
    save("half-chroma", bytes_of(photo, quality=80, chroma=422))
    save("grey", bytes_of(photo.convert("L"), quality=80))
    save("grid", bytes_of(whole.crop((200, 100, 200 + 150, 100 + 100)), quality=60, tile_size=64))
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    save("10-bit", bytes_of(deep(photo, 10), quality=80))
    save("10-bit-grid", bytes_of(deep(whole.crop((250, 100, 250 + 100, 100 + 90)), 10), quality=60, tile_size=64))
    pillow_heif.options.SAVE_HDR_TO_12_BIT = True
    save("12-bit", bytes_of(deep(photo, 12), quality=80))
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    for orientation in range(2, 9):
        small = photo.crop((20, 10, 20 + 48, 10 + 32))
        turned = Image.Exif()
        turned[0x0112] = orientation
        # The encoder writes them as irot and imir; EXIF is unchanged and must not be applied a second time.
        save(f"turned-{orientation}", bytes_of(small, quality=80, exif=turned.tobytes()))
    save("turned-grid", bytes_of(whole.crop((250, 100, 250 + 100, 100 + 90)), quality=60, tile_size=64, exif=exif.tobytes()))
    save("alpha", bytes_of(alpha, quality=80), BLENDED)
    multiplied = pillow_heif.from_bytes(mode="RGBa", size=alpha.size, data=alpha.convert("RGBa").tobytes())
    save("alpha-multiplied", bytes_of(multiplied, quality=90), CONVERTED)
    profile = display_p3()
    save("display-p3", bytes_of(photo, quality=80, icc_profile=profile), CONVERTED)
    save("display-p3-grid", bytes_of(whole.crop((250, 100, 250 + 100, 100 + 90)), quality=60, tile_size=64, icc_profile=profile), CONVERTED)
    nclx = {"color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6, "full_range_flag": 1}
    save("nclx-p3", bytes_of(photo, quality=80, nclx_profile=nclx, save_nclx_profile=True))
    limited = {"color_primaries": 1, "transfer_characteristics": 1, "matrix_coefficients": 1, "full_range_flag": 0}
    save("nclx-limited", bytes_of(photo, quality=80, nclx_profile=limited, save_nclx_profile=True))
    several = pillow_heif.HeifFile()
    several.add_from_pillow(Image.eval(photo, lambda level: 255 - level))
    several.add_from_pillow(photo)
    save("second-is-primary", bytes_of(several, quality=60, primary_index=1), primary=1)
    save("thumbnail", bytes_of(pillow_heif.from_pillow(photo), quality=60, thumbnails=[64]))

    # EXIF with an orientation and no irot: shown as stored, as Apple and libheif do.
    save("exif-only", without(bytes_of(photo, quality=60, exif=exif.tobytes()), b"irot"))

    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")
    total = sum(file.stat().st_size for file in OUT.glob("*"))
    for case in cases:
        print(case, (OUT / f"{case['name']}.heic").stat().st_size)
    print(total)


def without(data: bytes, box: bytes) -> bytes:
    """The file with a property renamed to an unknown type, so that it is ignored."""
    assert data.count(box) == 1, data.count(box)
    return data.replace(box, b"free")


if __name__ == "__main__":
    main()
