"""Small text-image models in the layout of the Hub, and what Hugging Face's own code computes with them.

    python -m venv venv && venv/bin/pip install -r tests/parity/text-image-requirements.txt
    venv/bin/pip install --no-deps open_clip_torch==3.3.0
    venv/bin/python tests/parity/make_text_image.py tests/parity/golden/text-image --merges 400
    venv/bin/python tests/parity/make_text_image.py /tmp/full        # with the whole vocabulary of CLIP

The weights are random: nobody publishes those of CLIP or SigLIP in a package registry. Everything else is as published:
names and types of files, inputs and outputs, CLIP's vocabulary (from open_clip_torch, MIT), a vocabulary that
sentencepiece trains for SigLIP, and preprocessing. The reference is transformers' tokenizers and processors (with their
PIL backend), ONNX Runtime in Python, and the arithmetic of transformers' pipeline, which itself needs PyTorch.
"""

import argparse
import base64
import csv
import gzip
import io
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import sentencepiece
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import AddedToken, Regex, normalizers
from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import T5Converter, bytes_to_unicode
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip.tokenization_siglip import SiglipTokenizer

HERE = Path(__file__).parent
PHOTOS = HERE / "golden" / "processors"
SIDE = 32
TEMPLATE = "This is a photo of {}."
LABELS = ["a cat", "a dog", "red car at night", "Müllabfuhr & Co.", "bolts, M8"]
TEXTS = [
    "a photo of a cat",
    "Two   spaces\tand\na line ",
    "It's the dog's 3rd birthday; they'll say 'hi' & we've 100% fun!",
    "ÄÖÜ straße naïve café — “quotes” …",
    "日本語 и русский 🦜🦜",
    "Ünïcödé combining: e\u0301 A\u030a ﬁ ² ½ İ",
    "<|endoftext|> in the text",
    "",
    "word " * 120,
]


def tensor(name: str, values: np.ndarray):
    return numpy_helper.from_array(values, name)


def save(path: Path, nodes, inputs, outputs, weights) -> None:
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, [tensor(name, each) for name, each in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def value(name: str, dims: list, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


class Weights(dict):
    def __init__(self, seed: int):
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def random(self, name: str, *shape: int, scale: float = 1.0) -> str:
        self[name] = self.rng.normal(0, scale, shape).astype(np.float32)
        return name

    def ints(self, name: str, values) -> str:
        self[name] = np.array(values, dtype=np.int64)
        return name


def vision(path: Path, output: str, dimensions: int, seed: int) -> None:
    """pixel_values → patches → output [batch, dimensions], and last_hidden_state as in exports of the pooled kind."""
    w = Weights(seed)
    node = helper.make_node
    nodes = [
        node("Conv", ["pixel_values", w.random("patches.weight", 16, 3, 8, 8, scale=0.2)], ["patches"], strides=[8, 8]),
        node("Tanh", ["patches"], ["hidden"]),
        node("Reshape", ["hidden", w.ints("shape", [0, 16, -1])], ["columns"]),
        node("Transpose", ["columns"], ["last_hidden_state"], perm=[0, 2, 1]),
        node("ReduceMean", ["last_hidden_state"], ["mean"], axes=[1], keepdims=0),
        node("MatMul", ["mean", w.random("projection.weight", 16, dimensions)], [output]),
    ]
    outputs = [value(output, ["batch_size", dimensions])]
    if output == "pooler_output":
        outputs.insert(0, value("last_hidden_state", ["batch_size", "sequence_length", 16]))
    inputs = [value("pixel_values", ["batch_size", "num_channels", "height", "width"])]
    save(path, nodes, inputs, outputs, w)


def clip_text(path: Path, vocabulary: int, dimensions: int) -> None:
    """Causal, pooled where the ID is highest, as in CLIP: what follows the end of the text has no effect."""
    w = Weights(1)
    node = helper.make_node
    nodes = [
        node("Gather", [w.random("token.weight", vocabulary, 8), "input_ids"], ["tokens"]),
        node("Shape", ["input_ids"], ["size"], start=1),
        node("Squeeze", ["size"], ["length"]),
        node("Range", [w.ints("zero", 0), "length", w.ints("one", 1)], ["places"]),
        node("Gather", [w.random("position.weight", 77, 8, scale=0.3), "places"], ["positions"]),
        node("Add", ["tokens", "positions"], ["x"]),
        node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["mask", w.ints("last", [-1])], ["mask3"]),
        node("Mul", ["x", "mask3"], ["masked"]),
        node("CumSum", ["masked", "one"], ["sum"]),
        node("MatMul", ["sum", w.random("mlp.weight", 8, 16, scale=0.3)], ["mlp"]),
        node("Tanh", ["mlp"], ["last_hidden_state"]),
        node("ArgMax", ["input_ids"], ["end"], axis=-1, keepdims=1),
        node("Equal", ["places", "end"], ["is_end"]),
        node("Cast", ["is_end"], ["end_mask"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["end_mask", "last"], ["end_mask3"]),
        node("Mul", ["last_hidden_state", "end_mask3"], ["end_state"]),
        node("ReduceSum", ["end_state", w.ints("axis", [1])], ["pooled"], keepdims=0),
        node("MatMul", ["pooled", w.random("projection.weight", 16, dimensions)], ["text_embeds"]),
    ]
    inputs = [value(name, ["batch_size", "sequence_length"], TensorProto.INT64) for name in ["input_ids", "attention_mask"]]
    save(path, nodes, inputs, [value("text_embeds", ["batch_size", dimensions])], w)


def siglip_text(path: Path, vocabulary: int, dimensions: int) -> None:
    """Sees all 64 places in both directions, the padding too, and is pooled at the last one, as in SigLIP."""
    w = Weights(2)
    node = helper.make_node
    nodes = [
        node("Gather", [w.random("token.weight", vocabulary, 8), "input_ids"], ["tokens"]),
        node("Add", ["tokens", w.random("position.weight", 64, 8, scale=0.3)], ["x"]),
        node("ReduceMean", ["x"], ["context"], axes=[1], keepdims=1),
        node("Add", ["x", "context"], ["seen"]),
        node("MatMul", ["seen", w.random("mlp.weight", 8, 16)], ["mlp"]),
        node("Tanh", ["mlp"], ["last_hidden_state"]),
        node("Gather", ["last_hidden_state", w.ints("end", -1)], ["pooled"], axis=1),
        node("MatMul", ["pooled", w.random("head.weight", 16, dimensions)], ["pooler_output"]),
    ]
    outputs = [
        value("last_hidden_state", ["batch_size", "sequence_length", 16]),
        value("pooler_output", ["batch_size", dimensions]),
    ]
    inputs = [value("input_ids", ["batch_size", "sequence_length"], TensorProto.INT64)]
    save(path, nodes, inputs, outputs, w)


def clip_tokenizer(folder: Path, merges: int | None) -> CLIPTokenizer:
    """The vocabulary of open_clip, or its first merges, in the order in which CLIP numbers them."""
    source = Path(find_spec("open_clip").submodule_search_locations[0]) / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.decompress(source.read_bytes()).decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    pairs = [tuple(line.split()) for line in lines][:merges]
    letters = list(bytes_to_unicode().values())
    names = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in pairs)]
    names += ["<|startoftext|>", "<|endoftext|>"]
    tokenizer = CLIPTokenizer({name: at for at, name in enumerate(names)}, pairs, model_max_length=77)
    tokenizer.save_pretrained(folder)
    return tokenizer


def siglip_tokenizer(folder: Path, size: int, rule: str) -> SiglipTokenizer:
    """A unigram vocabulary with the special tokens of SigLIP's, and its tokenizer.json with SigLIP's normalization."""
    with (HERE.parent.parent / "models" / "imagenet-classes.csv").open(encoding="utf-8") as file:
        words = [f"a photo of the {row['synonyms'].lower()} in a picture this is" for row in csv.DictReader(file)]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(words), model_writer=model, vocab_size=size, model_type="unigram", character_coverage=1.0,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name=rule, num_threads=1, minloglevel=2,
    )
    slow_folder = folder / "slow"
    slow_folder.mkdir(parents=True, exist_ok=True)
    (slow_folder / "spiece.model").write_bytes(model.getvalue())
    slow = SiglipTokenizer(str(slow_folder / "spiece.model"))
    slow.vocab_file = str(slow_folder / "spiece.model")
    slow._extra_ids = 0
    fast = T5Converter(slow).converted()
    punctuation = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]\^_`{|}~]"""
    fast.normalizer = normalizers.Sequence([
        normalizers.Lowercase(),
        normalizers.Replace(Regex(punctuation), ""),
        normalizers.Replace(Regex(r"\s+"), " "),
        normalizers.Strip(),
        *([fast.normalizer] if fast.normalizer else []),
    ])
    fast.add_special_tokens([AddedToken(name, lstrip=True, rstrip=True, normalized=False) for name in ["</s>", "<unk>"]])
    fast.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "SiglipTokenizer", "model_max_length": 64, "do_lower_case": True,
              "pad_token": "</s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    return slow


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def encoded(values: np.ndarray) -> dict:
    return {"shape": list(values.shape), "f32": base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()}


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def reference(folder: Path, tokenize, processor, names: dict, scale: float, bias: float, sigmoid: bool) -> dict:
    """Every step with Hugging Face's code; scores as in transformers' pipelines/zero_shot_image_classification.py."""
    text = onnxruntime.InferenceSession(folder / "onnx" / "text_model.onnx")
    images = onnxruntime.InferenceSession(folder / "onnx" / "vision_model.onnx")
    inputs = {each.name for each in text.get_inputs()}

    def embed(texts: list[str]) -> np.ndarray:
        feeds = {name: np.asarray(each, dtype=np.int64) for name, each in tokenize(texts).items() if name in inputs}
        return text.run([names["text"]], feeds)[0]

    ids = [[int(each) for each in tokenize([one])["input_ids"][0]] for one in TEXTS]
    words = unit(embed([TEMPLATE.format(label) for label in LABELS]))
    photos = []
    for name in ["wide", "tall"]:
        with Image.open(PHOTOS / f"{name}.png") as image:
            pixels = np.asarray(processor(image, return_tensors="np")["pixel_values"], dtype=np.float32)
        embedding = images.run([names["image"]], {"pixel_values": pixels})[0]
        logits = (unit(embedding) @ words.T)[0] * np.float32(scale) + np.float32(bias)
        powers = np.exp(logits - logits.max())
        scores = 1 / (1 + np.exp(-logits)) if sigmoid else powers / powers.sum()
        photos.append({
            "photo": name, "pixels": encoded(pixels[0]), "embedding": encoded(embedding[0]),
            "scores": [float(score) for score in scores],
        })
    one_by_one = np.concatenate([embed([one]) for one in TEXTS])
    return {
        "template": TEMPLATE, "labels": LABELS, "photos": photos,
        "texts": [{"text": one, "ids": ids[at], "embedding": encoded(one_by_one[at])} for at, one in enumerate(TEXTS)],
    }


def make_clip(out: Path, merges: int | None) -> None:
    folder = out / "clip"
    tokenizer = clip_tokenizer(folder, merges)
    vision(folder / "onnx" / "vision_model.onnx", "image_embeds", 32, 3)
    clip_text(folder / "onnx" / "text_model.onnx", len(tokenizer), 32)
    # As published: what follows from PyTorch's initial value isn't the scale that was trained.
    write_json(folder / "config.json", {
        "_name_or_path": "test/clip", "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": 32,
        "logit_scale_init_value": 2.6592,
        "text_config": {"model_type": "clip_text_model", "max_position_embeddings": 77, "vocab_size": len(tokenizer)},
        "vision_config": {"model_type": "clip_vision_model", "image_size": SIDE, "patch_size": 8},
    })
    options = {
        "crop_size": SIDE, "do_center_crop": True, "do_normalize": True, "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3, "size": SIDE,
    }
    write_json(folder / "preprocessor_config.json", {**options, "feature_extractor_type": "CLIPFeatureExtractor"})
    square = {"height": SIDE, "width": SIDE}
    processor = CLIPImageProcessorPil(**{**options, "size": {"shortest_edge": SIDE}, "crop_size": square})
    tokenize = lambda texts: tokenizer(texts, padding=True, truncation=True, max_length=77)
    names = {"image": "image_embeds", "text": "text_embeds"}
    write_json(out / "clip.json", reference(folder, tokenize, processor, names, 100.0, 0.0, sigmoid=False))


def make_siglip(out: Path, rule: str) -> None:
    folder = out / "siglip"
    tokenizer = siglip_tokenizer(folder, 700, rule)
    vision(folder / "onnx" / "vision_model.onnx", "pooler_output", 24, 4)
    siglip_text(folder / "onnx" / "text_model.onnx", 700, 24)
    write_json(folder / "config.json", {
        "_name_or_path": "test/siglip", "architectures": ["SiglipModel"], "model_type": "siglip",
        "text_config": {"model_type": "siglip_text_model", "vocab_size": 700},
        "vision_config": {"model_type": "siglip_vision_model", "image_size": SIDE, "patch_size": 8},
    })
    options = {
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5], "resample": 3, "rescale_factor": 1 / 255, "size": {"height": SIDE, "width": SIDE},
    }
    write_json(folder / "preprocessor_config.json", {**options, "image_processor_type": "SiglipImageProcessor"})
    tokenize = lambda texts: tokenizer(texts, padding="max_length", max_length=64, truncation=True)
    names = {"image": "pooler_output", "text": "pooler_output"}
    processor = SiglipImageProcessorPil(**options)
    write_json(out / "siglip.json", reference(folder, tokenize, processor, names, 117.33, -12.93, sigmoid=True))
    shutil.rmtree(folder / "slow")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--merges", type=int, help="how much of CLIP's vocabulary to use (default: all)")
    args = parser.parse_args()
    make_clip(args.out, args.merges)
    # The table of NFKC, which the published vocabulary has, takes a quarter of a megabyte.
    make_siglip(args.out, "nmt_nfkc" if args.merges is None else "identity")


if __name__ == "__main__":
    main()
