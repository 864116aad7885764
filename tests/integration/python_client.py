"""What tests/integration/python-client.test.ts runs: prints what the client returns, once sync and once async."""

import asyncio
import io
import json
import sys
from collections.abc import Iterable
from typing import Any

from vision_client import AsyncVision, Vision, VisionError

URL, PROXY, PHOTO, COLORS = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
PHOTO_BYTES = open(PHOTO, "rb").read()
MANY: list[Any] = [PHOTO, ("broken.jpg", b"no photo"), *[(f"{at}.png", PHOTO_BYTES) for at in range(70)]]
COPIES = ["a/1.png", "b/2.png"]
LABELS = "file,label\na/1.png,cup\nb/2.png,drink\n"
EXAMPLES = [(f'"{path.split("/")[-2]}", a/b', path) for path in COLORS]


def photo(name: str) -> bytes:
    """The same photo in two files."""
    return PHOTO_BYTES + (b"" if name == COPIES[0] else b"\0")


def facts(rows: Iterable[Any]) -> list[Any]:
    ordered = sorted(rows, key=lambda row: row["index"])
    assert [row["index"] for row in ordered] == list(range(len(ordered)))
    return [(row["file"].split("/")[-1], row["label"], row["error_code"]) for row in ordered[:2]] + [len(ordered)]


def code(error: VisionError) -> list[Any]:
    return [error.status, error.code, error.request_id is not None]


def sync() -> dict[str, Any]:
    out: dict[str, Any] = {}
    progress: list[Any] = []
    with Vision(URL) as vision, Vision(PROXY, retries=2) as retrying:
        given = [PHOTO, PHOTO_BYTES, io.BytesIO(PHOTO_BYTES)]
        crop = (100, 0, 400, 400)
        out["photos"] = [vision.classify(photo, top_k=1, crop=crop)["predictions"][0]["label"] for photo in given]
        out["embedding"] = round(sum(value**2 for value in vision.embed(PHOTO, normalize=True)["embedding"]), 3)
        out["explained"] = vision.explain(PHOTO, model="tiny", method="occlusion", on_progress=progress.append)["method"]
        out["retried"] = retrying.classify(PHOTO)["predictions"][0]["label"]
        out["many"] = facts(vision.classify_many(MANY, top_k=1))
        out["frame"] = list(vision.classify_frame(MANY[:2])["status"])
        job = vision.jobs.create(MANY, top_k=1)
        out["job"] = vision.jobs.wait(job["id"], on_progress=progress.append)["counts"]
        out["results"] = facts(vision.jobs.results(job["id"], limit=30))
        out["rows"] = len(vision.jobs.frame(job["id"]))
        out["csv"] = vision.jobs.file(job["id"], "csv").count(b"\n")
        vision.jobs.delete(job["id"])
        checked = vision.jobs.create([(name, photo(name)) for name in COPIES], check=True, labels=LABELS)
        out["check"] = (vision.jobs.wait_for_check(checked["id"], on_progress=progress.append))["report"]["copies"]
        out["cleaned"] = (vision.jobs.cleaned_labels(checked["id"], suggestions=False)).decode("utf-8-sig")
        out["similar"] = [
            (vision.jobs.similar(checked["id"], COPIES[0], k=1))[0]["file"],
            (vision.jobs.similar(checked["id"], photo=PHOTO_BYTES, k=1))[0]["file"],
        ]
        out["again"] = (vision.jobs.set_check_labels(checked["id"]))["labels"]
        trained = vision.models.train(EXAMPLES, title="Python sync", on_progress=progress.append)
        out["labels"] = [label["label"] for label in vision.models.labels("python-sync")]
        more = vision.models.add_examples("python-sync", [("cup", vision.embed(PHOTO, kinds=True))])
        out["classes"] = more["model"]["classes"]
        out["title"] = vision.models.change("python-sync", title="Paint")["title"]
        restored = vision.models.change("python-sync", revision=trained["model"]["revision"])
        out["restored"] = restored["classes"]
        vision.models.delete("python-sync")
        out["models"] = [model["id"] for model in vision.models.list()]
        out["errors"] = []
        for call in (
            lambda: vision.classify(b"no photo"),
            lambda: vision.classify("http://127.0.0.1/photo.jpg"),
            lambda: vision.jobs.get("none"),
            lambda: vision.jobs.similar(checked["id"], text="red car"),
            lambda: Vision("http://127.0.0.1:1", retries=0).classify(PHOTO),
        ):
            try:
                call()
            except VisionError as error:
                out["errors"].append(code(error))
    out["progress"] = len(progress) > 4
    return out


async def asynchronous() -> dict[str, Any]:
    out: dict[str, Any] = {}
    progress: list[Any] = []
    async with AsyncVision(URL) as vision, AsyncVision(PROXY, retries=2) as retrying:
        given = [PHOTO, PHOTO_BYTES, io.BytesIO(PHOTO_BYTES)]
        crop = (100, 0, 400, 400)
        replies = await asyncio.gather(*(vision.classify(photo, top_k=1, crop=crop) for photo in given))
        out["photos"] = [reply["predictions"][0]["label"] for reply in replies]
        embedding = (await vision.embed(PHOTO, normalize=True))["embedding"]
        out["embedding"] = round(sum(value**2 for value in embedding), 3)
        explained = await vision.explain(PHOTO, model="tiny", method="occlusion", on_progress=progress.append)
        out["explained"] = explained["method"]
        out["retried"] = (await retrying.classify(PHOTO))["predictions"][0]["label"]
        out["many"] = facts([row async for row in vision.classify_many(MANY, top_k=1)])
        out["frame"] = list((await vision.classify_frame(MANY[:2]))["status"])
        job = await vision.jobs.create(MANY, top_k=1)
        out["job"] = (await vision.jobs.wait(job["id"], on_progress=progress.append))["counts"]
        out["results"] = facts([row async for row in vision.jobs.results(job["id"], limit=30)])
        out["rows"] = len(await vision.jobs.frame(job["id"]))
        out["csv"] = (await vision.jobs.file(job["id"], "csv")).count(b"\n")
        await vision.jobs.delete(job["id"])
        checked = await vision.jobs.create([(name, photo(name)) for name in COPIES], check=True, labels=LABELS)
        out["check"] = (await vision.jobs.wait_for_check(checked["id"], on_progress=progress.append))["report"]["copies"]
        out["cleaned"] = (await vision.jobs.cleaned_labels(checked["id"], suggestions=False)).decode("utf-8-sig")
        out["similar"] = [
            (await vision.jobs.similar(checked["id"], COPIES[0], k=1))[0]["file"],
            (await vision.jobs.similar(checked["id"], photo=PHOTO_BYTES, k=1))[0]["file"],
        ]
        out["again"] = (await vision.jobs.set_check_labels(checked["id"]))["labels"]
        trained = await vision.models.train(EXAMPLES, title="Python async", on_progress=progress.append)
        out["labels"] = [label["label"] for label in await vision.models.labels("python-async")]
        more = await vision.models.add_examples("python-async", [("cup", (await vision.embed(PHOTO))["embedding"])])
        out["classes"] = more["model"]["classes"]
        out["title"] = (await vision.models.change("python-async", title="Paint"))["title"]
        restored = await vision.models.change("python-async", revision=trained["model"]["revision"])
        out["restored"] = restored["classes"]
        await vision.models.delete("python-async")
        out["models"] = [model["id"] for model in await vision.models.list()]
        out["errors"] = []
        for call in (
            vision.classify(b"no photo"),
            vision.classify("http://127.0.0.1/photo.jpg"),
            vision.jobs.get("none"),
            vision.jobs.similar(checked["id"], text="red car"),
            AsyncVision("http://127.0.0.1:1", retries=0).classify(PHOTO),
        ):
            try:
                await call
            except VisionError as error:
                out["errors"].append(code(error))
    out["progress"] = len(progress) > 4
    return out


print(json.dumps([sync(), asyncio.run(asynchronous())]))
