"""Golden files of TIFF, BMP, PNM and ICO: each supported kind with its pixels, and each rejected kind with words of the
error detail.

    python tests/parity/make_formats.py       needs Pillow, NumPy, tifffile 2026.3.3 and imagecodecs 2026.3.6

Pillow must decode what is expected here, or the script fails; the few exceptions state why. Writes golden/formats: the
files, their pixels as PNG (each image once, by its digest), and cases.json.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import shutil
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms, ImageOps

HERE = Path(__file__).parent
OUT = HERE / "golden" / "formats"
PHOTO = Image.open(HERE.parents[1] / "public" / "gallery" / "espresso.png").convert("RGB")
# Odd sides, so that no row or tile ends on a convenient boundary.
PICTURE = PHOTO.resize((150, 100), Image.Resampling.BOX).crop((58, 30, 58 + 37, 30 + 27))
RGB = np.array(PICTURE)
GREY = np.array(PICTURE.convert("L"))
OTHER = 255 - GREY
HEIGHT, WIDTH = GREY.shape
cases: list[dict] = []
refused: list[dict] = []


def over_white(picture: Image.Image) -> Image.Image:
    """As RGB, over white where it is transparent."""
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def by_pillow(data: bytes) -> Image.Image | None:
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
        if picture.mode == "LAB":
            lab, srgb = (ImageCms.createProfile(name) for name in ("LAB", "sRGB"))
            return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
        return over_white(ImageOps.exif_transpose(picture))
    except Exception:
        return None


def reads(name: str, data: bytes, expected: np.ndarray | Image.Image, most: int = 0, unlike_pillow: str = "") -> None:
    """A file that decodes to `expected`, within `most` levels; Pillow must agree unless `unlike_pillow` states why not."""
    picture = expected if isinstance(expected, Image.Image) else Image.fromarray(expected.astype("uint8"))
    picture = over_white(picture)
    theirs = by_pillow(data)
    if theirs is not None and not unlike_pillow:
        difference = np.abs(np.array(theirs).astype(int) - np.array(picture).astype(int)).max()
        assert difference <= most, f"{name}: Pillow differs by {difference}"
    assert theirs is None or not unlike_pillow or np.any(np.array(theirs) != np.array(picture)), f"{name} is like Pillow"
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True)
    shown = f"{hashlib.sha256(picture.tobytes()).hexdigest()[:12]}.png"
    (OUT / shown).write_bytes(png.getvalue())
    (OUT / name).write_bytes(data)
    cases.append({"file": name, "expected": shown, "most": most})


def refuses(name: str, data: bytes, code: str, words: str) -> None:
    (OUT / name).write_bytes(data)
    refused.append({"file": name, "code": code, "words": words})


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def tiff_of(array: np.ndarray, **options) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, array, metadata=None, software=False, **options)
    return out.getvalue()


def entry(order: str, tag: int, value) -> tuple[int, int, int, bytes]:
    """Tag, type, count and bytes: text as ASCII, bytes unchanged, numbers as SHORT or, if they are large, LONG."""
    if isinstance(value, str):
        return tag, 2, len(value) + 1, value.encode() + b"\0"
    if isinstance(value, bytes):
        return tag, 7, len(value), value
    values = value if isinstance(value, list) else [value]
    kind = 4 if tag in (273, 279, 330) or max(values) > 65535 else 3
    return tag, kind, len(values), struct.pack(order + ("I" if kind == 4 else "H") * len(values), *values)


def tiff(tags: dict, strips: list[bytes], order: str = "<", **changes) -> bytes:
    """A TIFF with the given tags, valid or not; `changes` are tags such as t273=… that are applied last."""
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    data = b"".join(strips) + b"\0" * (at % 2)
    at += at % 2
    tags = {259: 1, 273: offsets, 279: [len(strip) for strip in strips], **tags}
    tags.update({int(tag[1:]): value for tag, value in changes.items()})
    entries, outside = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, kind, count, packed in (entry(order, tag, tags[tag]) for tag in sorted(tags)):
        entries += struct.pack(order + "HHI", tag, kind, count)
        if len(packed) <= 4:
            entries += packed.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", behind + len(outside))
            outside += packed + b"\0" * (len(packed) % 2)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, at)
    return head + data + struct.pack(order + "H", len(tags)) + entries + bytes(4) + outside


def tags(bits: int, photometric: int, samples: int, **changes) -> dict:
    own = {256: WIDTH, 257: HEIGHT, 258: [bits] * samples, 262: photometric, 277: samples, 278: HEIGHT}
    return {**own, **{int(tag[1:]): value for tag, value in changes.items()}}


def packed_bits(values: np.ndarray, bits: int, multiple: int = 8) -> bytes:
    """Packs rows of numbers with a given bit width, most significant bit first, padded to a multiple of bits."""
    out = b""
    for row in values:
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % multiple)
        out += int(text, 2).to_bytes(len(text) // 8, "big")
    return out


def colours_of(picture: Image.Image, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indexes and palette of an image with few colours."""
    few = picture.quantize(count)
    palette = np.array(few.getpalette(), int).reshape(-1, 3)
    return np.array(few), np.vstack([palette, np.zeros((count, 3), int)])[:count]


def tiffs() -> None:
    for compression in ("none", "lzw", "packbits", "deflate", "zstd", "lzma"):
        how = {"photometric": "rgb", "compression": compression}
        predictor = compression not in ("none", "packbits")
        strips = tiff_of(RGB, rowsperstrip=8, predictor=predictor, **how)
        reads(f"{compression}-strips.tiff", strips, RGB)
        reads(f"{compression}-tiles.tiff", tiff_of(RGB, tile=(16, 32), predictor=predictor, **how), RGB)
        deep = tiff_of(RGB.astype("uint16") * 257, predictor=predictor, byteorder=">", **how)
        reads(f"{compression}-16-big-endian.tiff", deep, RGB)
        planes = np.moveaxis(RGB, 2, 0).copy()
        planar = tiff_of(planes, planarconfig="separate", rowsperstrip=8, predictor=predictor, **how)
        reads(f"{compression}-planar.tiff", planar, RGB)
    reads("deflate-old.tiff", tiff(tags(8, 2, 3, t259=32946), [zlib.compress(RGB.tobytes())]), RGB)
    reads("zstd-big.tiff", tiff_of(RGB, photometric="rgb", compression="zstd", bigtiff=True, byteorder=">"), RGB)
    reads("none-big.tiff", tiff_of(RGB, photometric="rgb", bigtiff=True), RGB)
    reads("lzma-as-libtiff.tiff", saved(PICTURE, "TIFF", compression="lzma"), RGB)
    crc = lzma.compress(RGB.tobytes(), check=lzma.CHECK_CRC64)
    reads("lzma-crc64.tiff", tiff(tags(8, 2, 3, t259=34925), [crc]), RGB)
    reads("webp-tiles.tiff", tiff_of(RGB, photometric="rgb", compression="webp", compressionargs={"lossless": True}, tile=(32, 32)), RGB)
    data = saved(PICTURE, "TIFF", compression="jpeg", quality=95)
    reads("jpeg-strips.tiff", data, by_pillow(data))
    data = tiff_of(RGB, photometric="rgb", compression="jpeg", compressionargs={"level": 95}, tile=(32, 32))
    reads("jpeg-tiles.tiff", data, by_pillow(data), most=1)
    turned = PICTURE.transpose(Image.Transpose.ROTATE_90)
    data = saved(turned, "TIFF", compression="zstd", tiffinfo={274: 6})
    reads("zstd-turned.tiff", data, RGB)
    data = tiff(tags(8, 2, 3, t274=6), [np.array(turned).tobytes()], t256=HEIGHT, t257=WIDTH, t278=WIDTH)
    reads("none-turned.tiff", data, RGB)
    reads("odd-orientation.tiff", tiff(tags(8, 2, 3, t274=9), [RGB.tobytes()]), RGB)
    reversed_bits = bytes(int(format(i, "08b")[::-1], 2) for i in range(256))
    for name, pack in (("none", bytes), ("zstd", imagecodecs.zstd_encode)):
        number = {"none": 1, "zstd": 50000}[name]
        data = tiff(tags(8, 2, 3, t266=2, t259=number), [pack(RGB.tobytes()).translate(reversed_bits)])
        reads(f"{name}-reversed-bits.tiff", data, RGB)


def bands() -> None:
    four = np.dstack([RGB, OTHER])
    alpha = Image.fromarray(four, "RGBA")
    infrared = {"photometric": "rgb", "extrasamples": ["unspecified"]}
    for compression in ("none", "lzw", "packbits", "zstd"):
        data = tiff_of(four, compression=compression, **infrared)
        reads(f"infrared-{compression}.tiff", data, RGB)
    reads("infrared-16.tiff", tiff_of(four.astype("uint16") * 257, **infrared), RGB)
    reads("infrared-tiles.tiff", tiff_of(four, tile=(16, 16), compression="deflate", **infrared), RGB)
    planes = np.moveaxis(four, 2, 0).copy()
    reads("infrared-planar.tiff", tiff_of(planes, planarconfig="separate", **infrared), RGB)
    # Pillow writes RGBA as JPEG; one entry declares the fourth band.
    jpeg = saved(alpha, "TIFF", compression="jpeg", quality=95)
    at = jpeg.index(struct.pack("<HHI", 338, 3, 1)) + 8
    unnamed = jpeg[:at] + struct.pack("<H", 0) + jpeg[at + 2 :]
    rgb = Image.open(io.BytesIO(jpeg)).convert("RGBA").split()[:3]
    reads("infrared-jpeg.tiff", unnamed, Image.merge("RGB", rgb), most=1)
    reads("alpha-jpeg.tiff", jpeg, Image.open(io.BytesIO(jpeg)), most=1)
    five = np.dstack([four, OTHER])
    reads("five-bands.tiff", tiff_of(five, photometric="rgb", extrasamples=["unspecified"] * 2), RGB)
    mixed = tiff_of(five, photometric="rgb", extrasamples=["unassalpha", "unspecified"])
    reads("alpha-and-more.tiff", mixed, alpha, most=1)
    reads("thirty-bands.tiff", tiff_of(np.dstack([RGB] + [OTHER] * 27), photometric="rgb", planarconfig="contig", compression="zstd"), RGB)
    for name, kind in (("alpha", "unassalpha"), ("premultiplied", "assocalpha")):
        stored = four.copy()
        if kind == "assocalpha":
            stored[..., :3] = (RGB.astype(float) * OTHER[..., None] / 255 + 0.5).astype("uint8")
        for compression in ("none", "zstd"):
            data = tiff_of(stored, photometric="rgb", extrasamples=[kind], compression=compression)
            reads(f"{name}-{compression}.tiff", data, by_pillow(data), most=1)
    reads("four-unnamed.tiff", tiff(tags(8, 2, 4), [four.tobytes()]), alpha, most=1)
    for count in (2, 3, 4):
        many = np.dstack([GREY] + [OTHER] * (count - 1))
        reads(f"grey-and-{count - 1}.tiff", tiff(tags(8, 1, count, t338=[0] * (count - 1)), [many.tobytes()]), GREY)
    both = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(OTHER)])
    reads("grey-alpha.tiff", saved(both, "TIFF"), both, most=1)


def kinds() -> None:
    for bits in (1, 2, 4):
        grey = GREY >> (8 - bits)
        expected = np.round(grey * (255 / (2**bits - 1)))
        reads(f"grey-{bits}.tiff", tiff(tags(bits, 1, 1), [packed_bits(grey, bits)]), expected)
        inverted = packed_bits(2**bits - 1 - grey, bits)
        reads(f"white-is-zero-{bits}.tiff", tiff(tags(bits, 0, 1), [inverted]), expected)
        reads(f"white-is-zero-{bits}-zstd.tiff", tiff(tags(bits, 0, 1, t259=50000), [imagecodecs.zstd_encode(inverted)]), expected)
    for bits in (1, 2, 4, 8):
        numbers, palette = colours_of(PICTURE, 2**bits)
        mapped = [int(value) * 257 for value in palette.T.ravel()]
        data = tiff(tags(bits, 3, 1, t320=mapped), [packed_bits(numbers, bits)])
        reads(f"palette-{bits}.tiff", data, palette[numbers])
    reads("white-is-zero-8.tiff", tiff(tags(8, 0, 1), [(255 - GREY).tobytes()]), GREY)
    deep = GREY.astype("<u2") * 257
    why = "Pillow cuts 16-bit grey off at 255"
    reads("grey-16.tiff", tiff(tags(16, 1, 1), [deep.tobytes()]), GREY, unlike_pillow=why)
    reads("grey-16-zstd.tiff", tiff(tags(16, 1, 1, t259=50000), [imagecodecs.zstd_encode(deep.tobytes())]), GREY, unlike_pillow=why)
    bilevel = Image.fromarray(GREY).point(lambda level: 255 if level > 90 else 0).convert("1")
    for name in ("group3", "group4", "tiff_ccitt", "zstd", "lzma"):
        reads(f"bilevel-{name}.tiff", saved(bilevel, "TIFF", compression=name), bilevel)
    ycc = np.array(PICTURE.convert("YCbCr"))
    expected = Image.fromarray(ycc, "YCbCr").convert("RGB")
    reads("ycc.tiff", tiff(tags(8, 6, 3, t530=[1, 1]), [ycc.tobytes()]), expected, most=1)
    reads("ycc-lzw.tiff", tiff(tags(8, 6, 3, t530=[1, 1], t259=5), [imagecodecs.lzw_encode(ycc.tobytes())]), expected, most=1)
    lab = ImageCms.profileToProfile(PICTURE, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB")
    values = np.array(lab)
    expected = by_pillow(tiff(tags(8, 8, 3), [values.tobytes()]))
    # LittleCMS uses a lookup table, and is further from the original image than our decoder.
    reads("lab.tiff", tiff(tags(8, 8, 3), [values.tobytes()]), expected, most=4)
    reads("lab-zstd.tiff", saved(lab, "TIFF", compression="zstd"), expected, most=4)
    icc_lab = np.dstack([values[..., 0], values[..., 1] ^ 128, values[..., 2] ^ 128])
    reads("icc-lab.tiff", tiff(tags(8, 9, 3), [icc_lab.tobytes()]), expected, most=4)
    signed = values.astype("int8").astype("int16") * 256
    deep_lab = np.dstack([values[..., 0].astype("uint16") * 257, signed[..., 1].view("uint16"), signed[..., 2].view("uint16")])
    reads("lab-16.tiff", tiff(tags(16, 8, 3), [deep_lab.astype("<u2").tobytes()]), expected, most=4)


def strange_tiffs() -> None:
    """Files that are valid but unsupported, by cause."""
    for compression, name in (("lerc", "LERC"), ("jpegxl", "JPEG XL"), ("jpeg2000", "JPEG 2000"), ("png", "PNG"), ("jpegxr", "JPEG XR")):
        data = tiff_of(RGB, photometric="rgb", compression=compression)
        refuses(f"refused-{compression}.tiff", data, "unsupported_format", f"compressed with {name}")
        data = tiff_of(RGB, photometric="rgb", compression=compression, tile=(32, 32))
        refuses(f"refused-{compression}-tiles.tiff", data, "unsupported_format", f"compressed with {name}")
    old = saved(PICTURE, "JPEG", quality=80)
    refuses("refused-old-jpeg.tiff", tiff(tags(8, 6, 3, t259=6, t513=8, t514=len(old)), [old]), "unsupported_format", "old-style JPEG")
    refuses("refused-unknown.tiff", tiff(tags(8, 2, 3, t259=99), [RGB.tobytes()]), "unsupported_format", "method 99")
    small = GREY[:8, :8]
    for kind, name in (("f2", "16-bit floating-point"), ("f4", "32-bit floating-point"), ("f8", "64-bit floating-point"), ("i1", "8-bit signed"), ("i2", "16-bit signed"), ("i4", "32-bit signed"), ("c8", "64-bit complex"), ("u4", "32 bits per channel")):
        refuses(f"refused-{kind}.tiff", tiff_of((small / 255).astype(kind), photometric="minisblack"), "unsupported_format", name)
    refuses("refused-f4-rgb.tiff", tiff_of((RGB / 255).astype("f4"), photometric="rgb", compression="deflate", predictor=True), "unsupported_format", "32-bit floating-point")
    twelve = packed_bits(GREY.astype(int) * 16, 12)
    refuses("refused-12-bits.tiff", tiff(tags(12, 1, 1), [twelve]), "unsupported_format", "12 bits per channel")
    deep_jpeg = imagecodecs.jpeg8_encode(RGB.astype("uint16") * 16, level=90, bitspersample=12)
    refuses("refused-12-bit-jpeg.tiff", tiff(tags(12, 6, 3, t259=7), [deep_jpeg]), "unsupported_format", "12-bit JPEG")
    refuses("refused-565.tiff", tiff(tags(8, 2, 3, t258=[5, 6, 5]), [RGB.tobytes()]), "unsupported_format", "5, 6, 5 bits")
    refuses("refused-inks.tiff", tiff(tags(8, 5, 4, t332=2), [np.dstack([RGB, OTHER]).tobytes()]), "unsupported_format", "inks")
    refuses("refused-33-bands.tiff", tiff(tags(8, 2, 33), [bytes(33 * WIDTH * HEIGHT)], t259=50000, t279=10), "unsupported_format", "33 bands")
    # A camera RAW file: a small preview first, the sensor data in a subdirectory.
    preview = {"t254": 1, "t330": 8}
    for name, make, word in (("nef", "NIKON CORPORATION", "Nikon NEF"), ("arw", "SONY", "Sony ARW"), ("pef", "PENTAX Corporation", "Pentax PEF")):
        refuses(f"refused-{name}.tiff", tiff(tags(8, 2, 3, **preview, t271=make), [RGB.tobytes()]), "unsupported_format", f"Camera RAW ({word})")
    refuses("refused-dng.tiff", tiff(tags(8, 2, 3, t271="Leica", t50706=b"\1\4\0\0"), [RGB.tobytes()]), "unsupported_format", "Camera RAW (DNG)")
    refuses("refused-cr2.tiff", tiff(tags(8, 2, 3, t271="Canon"), [b"CR\2\0", RGB.tobytes()], t273=12, t279=RGB.nbytes), "unsupported_format", "Camera RAW (Canon CR2)")
    refuses("refused-cfa.tiff", tiff(tags(8, 32803, 1), [GREY.tobytes()]), "unsupported_format", "Camera RAW")
    refuses("refused-sensor.tiff", tiff(tags(8, 1, 1, t259=34713, t271="NIKON"), [GREY.tobytes()]), "unsupported_format", "Camera RAW (Nikon NEF)")


def damaged_tiffs() -> None:
    """Files that would decode half black: libvips does not report most of them."""
    rows = [RGB[top : top + 8].tobytes() for top in range(0, HEIGHT, 8)]
    cut = {**tags(8, 2, 3), 278: 8}

    def damaged(name: str, data: bytes, words: str) -> None:
        refuses(f"damaged-{name}.tiff", data, "truncated_image", words)

    damaged("strips-missing", tiff(cut, rows[:3]), "3 of its 4 strips")
    damaged("strip-empty", tiff(cut, [rows[0], b"", *rows[2:]]), "is missing some of its strips")
    damaged("strip-short", tiff(cut, [rows[0], rows[1][:100], *rows[2:]]), "too short")
    damaged("strip-outside", tiff(cut, rows, t273=[8, 9_000_000, 2000, 3000]), "ends before the last of its strips")
    damaged("no-rows", tiff(cut, rows, t278=0), "no size")
    damaged("no-width", tiff(cut, rows, t256=0), "size")
    damaged("one-channel-rgb", tiff({**cut, 277: 1, 258: 8}, rows), "1 values per pixel")
    damaged("no-photometric", tiff({tag: value for tag, value in cut.items() if tag != 262}, rows), "how its colors are stored")
    damaged("tile-missing", tiff_of(RGB, photometric="rgb", tile=(16, 16)).replace(struct.pack("<HHI", 325, 3, 6), struct.pack("<HHI", 325, 3, 5)), "of its 6 tiles")
    packers = {5: imagecodecs.lzw_encode, 8: zlib.compress, 32773: imagecodecs.packbits_encode, 34925: lzma.compress, 50000: imagecodecs.zstd_encode}
    tile = {256: 32, 257: 16, 258: [8] * 3, 259: 0, 262: 2, 277: 3, 322: 16, 323: 16}
    blocks = [RGB[:16, :16].tobytes(), RGB[:16, 16:32].tobytes()]
    for number, pack in packers.items():
        packed = [pack(row) for row in rows]
        packed[1] = packed[1][: len(packed[1]) // 2]
        damaged(f"strip-{number}", tiff(cut, packed, t259=number), "")
        halves = [pack(blocks[0]), pack(blocks[1])[: len(pack(blocks[1])) // 2]]
        whole = b"".join(halves)
        sizes = [len(half) for half in halves]
        data = tiff({**tile, 259: number, 324: [8, 8 + sizes[0]], 325: sizes, 273: 8}, [whole])
        damaged(f"tile-{number}", data, "strip or tile")
    jpeg = saved(PICTURE, "JPEG", quality=90)
    half = jpeg[: len(jpeg) // 2]
    damaged("jpeg-strip", tiff(tags(8, 6, 3, t259=7, t530=[2, 2]), [half]), "")
    block = imagecodecs.jpeg8_encode(RGB[:16, :16].copy(), level=90)
    data = tiff({**tile, 256: 16, 259: 7, 262: 6, 530: [2, 2], 324: 8, 325: len(block) // 2, 273: 8}, [block[: len(block) // 2]])
    damaged("jpeg-tile", data, "strip or tile")
    bomb = imagecodecs.zstd_encode(bytes(30_000_000))
    damaged("bomb", tiff(cut, [bomb, *map(imagecodecs.zstd_encode, rows[1:])], t259=50000), "strip or tile")
    refuses("huge.tiff", tiff(cut, rows, t256=60_000, t257=60_000), "too_many_pixels", "megapixels")
    refuses("huge-rows.tiff", tiff(cut, rows, t256=4_000_000_000, t257=4_000_000_000), "too_many_pixels", "megapixels")


def bitmap_header(width: int, height: int, bits: int, packing: int = 0, size: int = 40, masks=(), colours: int = 0) -> bytes:
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, packing, 0, 2835, 2835, colours, 0)
    return (head[:size] + b"".join(struct.pack("<I", mask) for mask in masks)).ljust(size, b"\0")


def bmp(header: bytes, palette: bytes, data: bytes) -> bytes:
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


def four(palette: np.ndarray) -> bytes:
    return b"".join(bytes([int(b), int(g), int(r), 0]) for r, g, b in palette)


def words(values: np.ndarray, size: int) -> bytes:
    out = b""
    for row in values[::-1]:
        line = b"".join(int(value).to_bytes(size, "little") for value in row)
        out += line + b"\0" * (-len(line) % 4)
    return out


def rle8(numbers: np.ndarray) -> bytes:
    """Alternating runs and literals."""
    out = b""
    for row in numbers[::-1]:
        for left in range(0, WIDTH, 9):
            part = [int(value) for value in row[left : left + 9]]
            if len(set(part)) == 1 or len(part) < 3:
                out += b"".join(bytes([1, value]) for value in part)
            else:
                out += bytes([0, len(part), *part]) + b"\0" * (len(part) % 2)
        out += b"\0\0"
    return out[:-2] + b"\0\1"


def rle4(numbers: np.ndarray) -> bytes:
    out = b""
    for row in numbers[::-1]:
        for left in range(0, WIDTH, 9):
            part = [int(value) for value in row[left : left + 9]]
            if len(part) < 3:
                out += b"".join(bytes([1, value << 4]) for value in part)
                continue
            pairs = [*part, 0][: len(part) + len(part) % 2]
            packed = bytes((a << 4) | b for a, b in zip(pairs[::2], pairs[1::2], strict=True))
            out += bytes([0, len(part)]) + packed + b"\0" * (len(packed) % 2)
        out += b"\0\0"
    return out[:-2] + b"\0\1"


def bitmaps() -> None:
    red, green, blue = (RGB[..., i].astype(int) for i in range(3))
    alpha = OTHER.astype(int)
    see_through = Image.fromarray(np.dstack([RGB, OTHER]), "RGBA")
    whole = (red << 16) | (green << 8) | blue
    for bits in (1, 2, 4, 8):
        numbers, palette = colours_of(PICTURE, 2**bits)
        data = packed_bits(numbers[::-1], bits, 32)
        reads(f"palette-{bits}.bmp", bmp(bitmap_header(WIDTH, HEIGHT, bits), four(palette), data), palette[numbers])
    numbers, palette = colours_of(PICTURE, 64)
    data = packed_bits(numbers[::-1], 8, 32)
    reads("palette-short.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 8, colours=64), four(palette), data), palette[numbers])
    three = b"".join(bytes([int(b), int(g), int(r)]) for r, g, b in np.vstack([palette, np.zeros((192, 3), int)]))
    core = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 8)
    reads("os2.bmp", bmp(core, three, data), palette[numbers])
    os22 = bitmap_header(WIDTH, HEIGHT, 8, size=64, colours=64)
    reads("os2-second.bmp", bmp(os22, four(palette), data), palette[numbers])
    reads("rle8.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 8, 1, colours=64), four(palette), rle8(numbers)), palette[numbers])
    refuses("damaged-rle.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 8, 1, colours=64), four(palette), rle8(numbers)[:300]), "truncated_image", "last row")
    early = rle8(numbers[-5:])
    refuses("damaged-rle-end.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 8, 1, colours=64), four(palette), early), "truncated_image", "last row")
    numbers, palette = colours_of(PICTURE, 16)
    reads("rle4.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 4, 2), four(palette), rle4(numbers)), palette[numbers])
    five = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)
    down = (RGB >> 3).astype(int) * 255 // 31
    reads("rgb-555.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 16), b"", words(five, 2)), down)
    six = ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3)
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    expected = np.dstack([down[..., 0], (RGB[..., 1] >> 2).astype(int) * 255 // 63, down[..., 2]])
    reads("rgb-565.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 16, 3) + masks, b"", words(six, 2)), expected)
    ten = ((red * 1023 // 255) << 20) | ((green * 1023 // 255) << 10) | (blue * 1023 // 255)
    masks = struct.pack("<III", 0x3FF00000, 0xFFC00, 0x3FF)
    reads("rgb-101010.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 32, 3) + masks, b"", words(ten, 4)), RGB, most=1)
    reads("rgb-24.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 24), b"", words(whole, 3)), RGB)
    reads("rgb-24-top-down.bmp", bmp(bitmap_header(WIDTH, -HEIGHT, 24), b"", words(whole[::-1], 3)), RGB)
    reads("rgb-32.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 32), b"", words(whole | (alpha << 24), 4)), RGB)
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    reads("rgb-32-masks.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 32, 3) + masks, b"", words(whole << 8, 4)), RGB)
    masks4 = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    for name, size in (("v4", 108), ("v5", 124)):
        header = bitmap_header(WIDTH, HEIGHT, 32, 3, size, masks4)
        reads(f"alpha-{name}.bmp", bmp(header, b"", words(whole | (alpha << 24), 4)), see_through, most=1)
    header = bitmap_header(WIDTH, HEIGHT, 32, 3, 124, masks4)
    reads("alpha-unwritten.bmp", bmp(header, b"", words(whole, 4)), RGB, unlike_pillow="Pillow shows a picture of alpha 0 as nothing")
    plain = saved(PICTURE, "BMP")
    reads("pillow.bmp", plain, RGB)
    refuses("damaged.bmp", plain[:-100], "truncated_image", "last row")
    refuses("huge.bmp", bmp(bitmap_header(60_000, 60_000, 24), b"", bytes(99)), "too_many_pixels", "megapixels")
    refuses("smallest-height.bmp", bmp(bitmap_header(5, -(2**31), 24), b"", bytes(99)), "too_many_pixels", "megapixels")
    refuses("no-width.bmp", bmp(bitmap_header(0, 5, 24), b"", bytes(99)), "truncated_image", "no width")
    refuses("refused-jpeg.bmp", bmp(bitmap_header(WIDTH, HEIGHT, 0, 4), b"", bytes(99)), "unsupported_format", "JPEG")


def icons() -> None:
    side = 24
    picture = PICTURE.resize((side, side))
    see_through = picture.convert("RGBA")
    see_through.putalpha(Image.fromarray(OTHER).resize((side, side)))
    hidden = np.zeros((side, side), int)
    hidden[:9, :9] = 1
    mask = packed_bits(hidden[::-1], 1, 32)
    shown = np.array(picture)
    shown[hidden == 1] = 255

    def ico(*pictures: tuple[int, int, bytes]) -> bytes:
        entries, data = b"", b""
        for size, bits, packed in pictures:
            entries += struct.pack("<BBBBHHII", size, size, 0, 0, 1, bits, len(packed), 6 + 16 * len(pictures) + len(data))
            data += packed
        return struct.pack("<HHH", 0, 1, len(pictures)) + entries + data

    small = saved(Image.new("RGB", (8, 8), "red"), "PNG")
    reads("png.ico", ico((8, 24, small), (side, 32, saved(see_through, "PNG"))), see_through, most=1)
    colours = np.array(picture).astype(int)
    whole = (colours[..., 0] << 16) | (colours[..., 1] << 8) | colours[..., 2]
    data = bitmap_header(side, 2 * side, 24) + words(whole, 3) + mask
    reads("rgb-24.ico", ico((8, 24, small), (side, 24, data)), shown)
    refuses("damaged.ico", ico((side, 24, data))[:-900], "truncated_image", "truncated")
    opaque = np.array(see_through)[..., 3].astype(int)
    data = bitmap_header(side, 2 * side, 32) + words(whole | (opaque << 24), 4) + bytes(4 * side)
    reads("rgba.ico", ico((side, 32, data)), see_through, most=1)
    numbers, palette = colours_of(picture, 16)
    shown = palette[numbers]
    shown[hidden == 1] = 255
    data = bitmap_header(side, 2 * side, 4) + four(palette) + packed_bits(numbers[::-1], 4, 32) + mask
    reads("palette-4.ico", ico((side, 4, data)), shown)


def netpbm() -> None:
    size = b"%d %d\n" % (WIDTH, HEIGHT)
    bits = (GREY > 90).astype(int)
    reads("p4.pbm", b"P4\n" + size + b"".join(np.packbits(1 - row).tobytes() for row in bits), bits * 255)
    reads("p1.pbm", b"P1\n# bits\n" + size + b"\n".join(b"".join(b"%d" % (1 - bit) for bit in row) for row in bits), bits * 255)
    reads("p5.pgm", b"P5\n" + size + b"255\n" + GREY.tobytes(), GREY)
    deep = b"P5\n" + size + b"65535\n" + (GREY.astype(">u2") * 257).tobytes()
    reads("p5-16.pgm", deep, GREY, unlike_pillow="Pillow cuts 16-bit grey off at 255")
    fifth = GREY.astype(int) // 5
    reads("p2.pgm", b"P2\n" + size + b"51\n" + b" ".join(b"%d" % value for value in fifth.ravel()), fifth * 5)
    reads("p3.ppm", b"P3\n" + size + b"255\n" + b"\n".join(b"%d" % value for value in RGB.ravel()), RGB)
    reads("p6.ppm", b"P6 # by hand\n" + size + b"# largest\n255\n" + RGB.tobytes(), RGB)
    reads("p6-16.ppm", b"P6\n" + size + b"65535\n" + (RGB.astype(">u2") * 257).tobytes(), RGB)
    refuses("damaged.ppm", b"P6\n" + size + b"255\n" + RGB.tobytes()[:-9], "truncated_image", "ends early")
    refuses("damaged-text.ppm", b"P3\n2 1\n255\n1 2 300 4 5 6", "truncated_image", "above its maximum")
    refuses("huge.ppm", b"P6\n99999 99999\n255\n", "too_many_pixels", "megapixels")
    refuses("refused.tga", saved(PICTURE, "TGA"), "unsupported_format", "TGA")
    refuses("refused.jp2", saved(PICTURE, "JPEG2000"), "unsupported_format", "JPEG 2000")
    refuses("refused.j2k", imagecodecs.jpeg2k_encode(RGB, codecformat="j2k"), "unsupported_format", "JPEG 2000")


def jpegs() -> None:
    deep = imagecodecs.jpeg8_encode(RGB.astype("uint16") * 16, level=90, bitspersample=12)
    refuses("refused-12-bit.jpg", deep, "unsupported_format", "12-bit JPEG")
    refuses("refused.jls", imagecodecs.jpegls_encode(RGB), "unsupported_format", "JPEG-LS")
    lossless = imagecodecs.jpeg8_encode(RGB, lossless=True)
    reads("lossless.jpg", lossless, RGB)
    plain = saved(PICTURE, "JPEG", quality=90, progressive=True)
    middle = len(plain) * 2 // 3
    odd = saved(PICTURE, "JPEG", quality=90)
    behind = plain[:-2] + b"\1\2\3\4" * 10 + plain[-2:]
    reads("bytes-before-the-end.jpg", behind, by_pillow(plain))
    reads("bytes-between.jpg", odd[:20] + bytes(4) + odd[20:], by_pillow(odd))
    refuses("damaged-end.jpg", odd[: len(odd) * 2 // 3] + b"\xff\xd9", "truncated_image", "it is truncated or damaged")
    refuses("damaged-hole.jpg", plain[: middle - 200] + plain[middle:], "truncated_image", "")
    tall = odd.index(b"\xff\xc0") + 5
    refuses("damaged-height.jpg", odd[:tall] + struct.pack(">H", 99) + odd[tall + 2 :], "truncated_image", "it is truncated or damaged")
    png = saved(PICTURE, "PNG")
    refuses("damaged-header.png", png[:29] + bytes(4) + png[33:], "truncated_image", "")


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for make in (tiffs, bands, kinds, strange_tiffs, damaged_tiffs, bitmaps, icons, netpbm, jpegs):
        make()
    (OUT / "cases.json").write_text(json.dumps({"read": cases, "refused": refused}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
