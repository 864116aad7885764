"""A client of the Vision Object Classifier, for Python 3.11 and newer.

Copy this file into your project. It needs `httpx`, and `pandas` for the methods that return a DataFrame.

    from vision_client import Vision

    with Vision("http://localhost:3000") as vision:
        print(vision.classify("photo.jpg")["predictions"][0]["label"])

`AsyncVision` has the same methods as coroutines and asynchronous iterators. Results are the API's own JSON as
dictionaries; options have the names that they have in the API. Failed calls raise `VisionError` with the API's code.
Requests that a busy server refuses, or whose connection fails, are repeated within limits.

A photo is a path, the URL of an image, the bytes of a file, or a file opened for reading.
"""

from __future__ import annotations

import array
import asyncio
import base64
import csv
import io
import json
import os
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count, islice
from typing import IO, TYPE_CHECKING, Any, Self, TypeGuard, cast
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    import pandas

__all__ = ["AsyncVision", "Vision", "VisionError"]

Json = dict[str, Any]
Objects = list[Json]
Photo = str | os.PathLike[str] | bytes | IO[bytes]
#: A photo of many: a path, an open file, or a name with the bytes.
NamedPhoto = str | os.PathLike[str] | IO[bytes] | tuple[str, bytes]
#: A label with a photo, with an embedding, or with what `embed` returned, with `kinds=True` best.
Example = tuple[str, Photo | Sequence[float] | Mapping[str, Any]]
Progress = Callable[[Json], object]

PHOTOS_PER_REQUEST = 64
POLL_S = 1.0
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0
CONNECT_TIMEOUT_S = 10.0
#: The server, or the proxy before it, couldn't take the request now.
BUSY = {429, 502, 503, 504}


class VisionError(Exception):
    """A request that failed.

    `code` is stable: one of docs/api.md, or of the client: `unreachable`, `timeout`, `unexpected_response`.
    `status` is 0 without a response, `retry_after` is in seconds, and `request_id` finds the request in the log.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int = 0,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after


@dataclass(frozen=True)
class _Call:
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    #: Text fields and files of a form.
    fields: Mapping[str, str] | None = None
    files: Sequence[tuple[str, str, Photo]] = ()
    #: Whether it may be sent again when it is unknown if the server has acted on it.
    repeatable: bool = True


class _Settings:
    """What both clients share: how requests are made, and when they are repeated."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        retries: int = 4,
        max_retry_wait: float = 60.0,
        timeout: float = 120.0,
    ) -> None:
        """
        url: where the server is, with the path that it is served under.
        api_key: sent as `Authorization: Bearer …`.
        retries: how often a request is repeated.
        max_retry_wait: the longest wait before a retry in seconds; if the server asks for more, the call fails.
        timeout: seconds without a byte after which a request fails.
        """
        self._base = url.rstrip("/")
        self._headers = {**({} if api_key is None else {"authorization": f"Bearer {api_key}"}), **(headers or {})}
        self._retries = retries
        self._max_retry_wait = max_retry_wait
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT_S))
        self._connect()

    def _connect(self) -> None:
        raise NotImplementedError

    def _request(self, call: _Call, stack: ExitStack) -> dict[str, Any]:
        """Arguments of `build_request`. Files are opened for this attempt only."""
        files = [(name, (file, _open(photo, stack))) for name, file, photo in call.files]
        return {
            "method": call.method,
            "url": self._base + call.path,
            "params": _listed(_given(call.query)),
            "headers": {**self._headers, **call.headers},
            "content": call.content,
            "data": call.fields,
            "files": files or None,
        }

    def _delay(self, error: VisionError, attempt: int, call: _Call) -> float:
        """Seconds until the next attempt. Raises the error if there is to be none."""
        # With 429 it was refused before anything was done.
        may_retry = error.status == 429 or (call.repeatable and (error.code == "unreachable" or error.status in BUSY))
        if not may_retry or attempt >= self._retries:
            raise error
        backoff = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt) * random.uniform(0.5, 1)
        wait = backoff if error.retry_after is None else error.retry_after
        if wait > self._max_retry_wait:
            raise error
        return wait


class Vision(_Settings):
    """A client that waits for each reply. Close it, or use it in a `with` statement."""

    def _connect(self) -> None:
        self._http = httpx.Client(timeout=self._timeout)
        self.jobs = Jobs(self)
        self.models = Models(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def classify(self, photo: Photo, **options: Any) -> Json:
        """Classifies a photo.

        Options: model, top_k, threshold, crop, preview; for a text-image model candidate_labels (a list) and
        hypothesis_template.
        """
        return self._json(_photo_call("/api/classify", photo, options))

    def classify_many(self, photos: Iterable[NamedPhoto], **options: Any) -> Iterator[Json]:
        """Yields the result of each photo as soon as it is there, with its `index`. Options: model, top_k, threshold.

        A photo that can't be classified has the error in its result. Photos whose results were lost with the
        connection are sent again.
        """
        for batch in _numbered_batches(photos):
            waiting, attempt = batch, 0
            while waiting:
                rows = _BatchRows(waiting)
                try:
                    for line in self._lines(_many_call(waiting, options)):
                        if (row := rows.read(line)) is not None:
                            yield row
                    rows.require_all()
                except VisionError as error:
                    attempt = 0 if rows.done else attempt
                    time.sleep(self._delay(error, attempt, _many_call(waiting, options)))
                    attempt += 1
                waiting = rows.missing

    def classify_frame(self, photos: Iterable[NamedPhoto], **options: Any) -> pandas.DataFrame:
        """The results of `classify_many` as a DataFrame, in the order of the photos."""
        return _frame(self.classify_many(photos, **options))

    def embed(self, photo: Photo, **options: Any) -> Json:
        """The embedding of a photo; `embedding` is an array of floats. Options: model, normalize, kinds, crop."""
        return _with_floats(self._json(_embed_call(photo, options)))

    def explain(self, photo: Photo, *, on_progress: Progress | None = None, **options: Any) -> Json:
        """Explains a label of a photo.

        Options: model, label, method, crop, png; for a text-image model candidate_labels (a list) and
        hypothesis_template.
        """
        call = _photo_call("/api/explain", photo, {**options, "stream": 1})
        return _result_of(self._lines(call), "explanation", on_progress)

    def _send(self, call: _Call) -> httpx.Response:
        for attempt in count():
            try:
                with ExitStack() as stack:
                    response = self._http.request(**self._request(call, stack))
                return _checked(response)
            except (httpx.TransportError, VisionError) as cause:
                error = _explain(cause)
            time.sleep(self._delay(error, attempt, call))
        raise AssertionError

    def _json(self, call: _Call) -> Json:
        return cast(Json, _parse(self._send(call).content))

    def _lines(self, call: _Call) -> Iterator[str]:
        """The lines of a reply. The request is repeated only until the first of them."""
        for attempt in count():
            with ExitStack() as stack:
                try:
                    request = self._http.build_request(**self._request(call, stack))
                    response = self._http.send(request, stream=True)
                    stack.callback(response.close)
                    if response.is_error:
                        response.read()
                    _checked(response)
                except (httpx.TransportError, VisionError) as cause:
                    error = _explain(cause)
                else:
                    lines = response.iter_lines()
                    while True:
                        try:
                            line = next(lines, None)
                        except httpx.TransportError as cause:
                            raise _explain(cause) from cause
                        if line is None:
                            return
                        yield line
            time.sleep(self._delay(error, attempt, call))


class Jobs:
    """Batch jobs. A job is read and ended by who knows its ID."""

    def __init__(self, client: Vision) -> None:
        self._client = client

    def create(
        self,
        photos: Iterable[NamedPhoto] | None = None,
        *,
        zip_file: Photo | None = None,
        urls: Iterable[str] | None = None,
        source: str | None = None,
        labels: str | None = None,
        **options: Any,
    ) -> Json:
        """Creates a job from photos with different names, a ZIP file, image URLs, or a bucket (`s3://bucket/prefix`).

        Options: model, top_k, threshold, callback_url, embeddings, check, zip_names. `labels` is the text of a labels
        file for the check; without it, photos have the labels of their folders. Returns once all photos are there; see
        `wait`. If it fails, the job that was begun is deleted.
        """
        given = options if labels is None else {**options, "open": True}
        job: Json = self._client._json(_create_call(photos, zip_file, urls, source, given))
        if photos is None and labels is None:
            return job
        try:
            if labels is not None:
                self.set_check_labels(job["id"], labels)
            if photos is not None:
                self.add_photos(job["id"], photos)
            return {**job, **self.close(job["id"])}
        except BaseException:
            with suppress(VisionError):
                self.delete(job["id"])
            raise

    def get(self, id: str) -> Json:
        return self._client._json(_Call("GET", _job(id)))

    def add_photos(self, id: str, photos: Iterable[NamedPhoto]) -> None:
        """Adds photos to an open job. Photos whose name the job already has are skipped."""
        for batch in _numbered_batches(photos):
            self._client._json(_add_call(id, batch))

    def close(self, id: str) -> Json:
        """Accepts no more photos; the job ends when all are classified."""
        return self._act(id, "close")

    def pause(self, id: str) -> Json:
        return self._act(id, "pause")

    def resume(self, id: str) -> Json:
        return self._act(id, "resume")

    def cancel(self, id: str) -> Json:
        """Ends the job and keeps its results so far."""
        return self._act(id, "cancel")

    def retry(self, id: str) -> Json:
        """Runs the failed photos again."""
        return self._act(id, "retry")

    def delete(self, id: str) -> None:
        """Deletes the job, its photos and its results."""
        self._client._send(_Call("DELETE", _job(id), repeatable=False))

    def wait(self, id: str, *, on_progress: Progress | None = None) -> Json:
        """Waits until the job has ended, and calls `on_progress` with the job whenever it has changed."""
        seen = _Changes(on_progress)
        while not seen.ended(job := self.get(id)):
            time.sleep(POLL_S)
        return job

    def results(self, id: str, **options: Any) -> Iterator[Json]:
        """The results in the order in which photos are classified; while the job runs, waits for the next ones.

        Options: status (`ok` or `failed`), limit (rows per request).
        """
        cursor: str | None = ""
        while cursor is not None:
            response = self._client._send(_results_call(id, cursor, options))
            yield from _parse(response.content)
            cursor, idle = _next_cursor(response, cursor)
            if idle:
                time.sleep(POLL_S)

    def frame(self, id: str, **options: Any) -> pandas.DataFrame:
        """The results as a DataFrame, in the order of the photos."""
        return _frame(self.results(id, **options))

    def file(self, id: str, format: str) -> bytes:
        """The results so far as a file: `json`, `csv`, `xlsx`, `ndjson`, or `parquet`."""
        return self._client._send(_Call("GET", f"{_job(id)}/results", {"format": format})).content

    def check(self, id: str) -> Json:
        """How far the check of a job is, and what it found. The job was created with `check`."""
        return self._client._json(_Call("GET", f"{_job(id)}/check"))

    def set_check_labels(self, id: str, labels: str | None = None) -> Json:
        """Says which labels the photos have: the text of a labels file, or None for the names of their folders.

        A job that is done is checked again; one that runs is checked once, with these labels.
        """
        return self._client._json(_labels_call(id, labels))

    def wait_for_check(self, id: str, *, on_progress: Progress | None = None) -> Json:
        """Waits until a job has ended and its check, too. A check that failed has a `reason`."""
        while not _check_ended(check := self.check(id), on_progress):
            _require_not_cancelled(self.get(id))
            time.sleep(POLL_S)
        return check

    def cleaned_labels(self, id: str, **options: Any) -> bytes:
        """A labels file of the photos of a job that was checked, without copies. Options: suggestions."""
        return self._client._send(_Call("GET", f"{_job(id)}/cleaned-labels", options)).content

    def similar(
        self,
        id: str,
        file: str | None = None,
        *,
        photo: Photo | None = None,
        text: str | None = None,
        **options: Any,
    ) -> Objects:
        """The photos of a job that are most similar to its photo named `file`, or to another `photo`. Options: k.

        The job keeps embeddings (`check` or `embeddings`). In a job of a text-image model, `text` finds photos by words.
        """
        return cast(Objects, self._client._json(_similar_call(id, file, photo, text, options))["photos"])

    def _act(self, id: str, action: str) -> Json:
        return self._client._json(_Call("POST", f"{_job(id)}/{action}"))


class Models:
    """Models. Training and changing them may need the operator's token as `api_key`."""

    def __init__(self, client: Vision) -> None:
        self._client = client

    def list(self) -> Objects:
        return cast(Objects, self._client._json(_Call("GET", "/api/models"))["models"])

    def get(self, id: str) -> Json:
        """A model; of a custom one also how good it is, and its revisions."""
        return self._client._json(_Call("GET", _model(id)))

    def labels(self, id: str) -> Objects:
        return cast(Objects, self._client._json(_Call("GET", f"{_model(id)}/labels"))["labels"])

    def train(self, examples: Iterable[Example], *, on_progress: Progress | None = None, **options: Any) -> Json:
        """Trains a custom model on labels with photos, or with embeddings.

        Options: title, id, base, purpose, license, and job: the ID of a job that is done and has embeddings.
        """
        return _result_of(self._client._lines(_train_call("/api/models", examples, options)), "result", on_progress)

    def add_examples(
        self, id: str, examples: Iterable[Example], *, on_progress: Progress | None = None, **options: Any
    ) -> Json:
        """Trains a custom model again with more examples. Options: replace (only with these), job."""
        call = _train_call(f"{_model(id)}/examples", examples, options)
        return _result_of(self._client._lines(call), "result", on_progress)

    def change(self, id: str, **change: str) -> Json:
        """Describes a custom model anew (title, purpose, license), or restores a revision."""
        return cast(Json, self._client._json(_json_call("PATCH", _model(id), change))["model"])

    def delete(self, id: str) -> None:
        """Deletes a custom model with all its revisions."""
        self._client._send(_Call("DELETE", _model(id), repeatable=False))

    def file(self, id: str, name: str) -> bytes:
        """A file of a custom model, such as `model.onnx`."""
        return self._client._send(_Call("GET", f"{_model(id)}/files/{quote(name, safe='')}")).content


class AsyncVision(_Settings):
    """`Vision` with coroutines. Close it, or use it in an `async with` statement."""

    def _connect(self) -> None:
        self._http = httpx.AsyncClient(timeout=self._timeout)
        self.jobs = AsyncJobs(self)
        self.models = AsyncModels(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def classify(self, photo: Photo, **options: Any) -> Json:
        return await self._json(_photo_call("/api/classify", photo, options))

    async def classify_many(self, photos: Iterable[NamedPhoto], **options: Any) -> AsyncIterator[Json]:
        for batch in _numbered_batches(photos):
            waiting, attempt = batch, 0
            while waiting:
                rows = _BatchRows(waiting)
                try:
                    async for line in self._lines(_many_call(waiting, options)):
                        if (row := rows.read(line)) is not None:
                            yield row
                    rows.require_all()
                except VisionError as error:
                    attempt = 0 if rows.done else attempt
                    await asyncio.sleep(self._delay(error, attempt, _many_call(waiting, options)))
                    attempt += 1
                waiting = rows.missing

    async def classify_frame(self, photos: Iterable[NamedPhoto], **options: Any) -> pandas.DataFrame:
        return _frame([row async for row in self.classify_many(photos, **options)])

    async def embed(self, photo: Photo, **options: Any) -> Json:
        return _with_floats(await self._json(_embed_call(photo, options)))

    async def explain(self, photo: Photo, *, on_progress: Progress | None = None, **options: Any) -> Json:
        call = _photo_call("/api/explain", photo, {**options, "stream": 1})
        return await self._result(call, "explanation", on_progress)

    async def _send(self, call: _Call) -> httpx.Response:
        for attempt in count():
            try:
                with ExitStack() as stack:
                    response = await self._http.request(**self._request(call, stack))
                return _checked(response)
            except (httpx.TransportError, VisionError) as cause:
                error = _explain(cause)
            await asyncio.sleep(self._delay(error, attempt, call))
        raise AssertionError

    async def _json(self, call: _Call) -> Json:
        return cast(Json, _parse((await self._send(call)).content))

    async def _lines(self, call: _Call) -> AsyncIterator[str]:
        for attempt in count():
            response = None
            with ExitStack() as stack:
                try:
                    request = self._http.build_request(**self._request(call, stack))
                    response = await self._http.send(request, stream=True)
                    if response.is_error:
                        await response.aread()
                    _checked(response)
                    async for line in response.aiter_lines():
                        yield line
                    return
                except (httpx.TransportError, VisionError) as cause:
                    error = _explain(cause)
                    if response is not None and not response.is_error:
                        raise error from cause
                finally:
                    if response is not None:
                        await response.aclose()
            await asyncio.sleep(self._delay(error, attempt, call))

    async def _result(self, call: _Call, name: str, on_progress: Progress | None) -> Json:
        return _result_of([line async for line in _reported(self._lines(call), on_progress)], name, None)


class AsyncJobs:
    """`Jobs` with coroutines."""

    def __init__(self, client: AsyncVision) -> None:
        self._client = client

    async def create(
        self,
        photos: Iterable[NamedPhoto] | None = None,
        *,
        zip_file: Photo | None = None,
        urls: Iterable[str] | None = None,
        source: str | None = None,
        labels: str | None = None,
        **options: Any,
    ) -> Json:
        given = options if labels is None else {**options, "open": True}
        job: Json = await self._client._json(_create_call(photos, zip_file, urls, source, given))
        if photos is None and labels is None:
            return job
        try:
            if labels is not None:
                await self.set_check_labels(job["id"], labels)
            if photos is not None:
                await self.add_photos(job["id"], photos)
            return {**job, **await self.close(job["id"])}
        except BaseException:
            with suppress(VisionError):
                await self.delete(job["id"])
            raise

    async def get(self, id: str) -> Json:
        return await self._client._json(_Call("GET", _job(id)))

    async def add_photos(self, id: str, photos: Iterable[NamedPhoto]) -> None:
        for batch in _numbered_batches(photos):
            await self._client._json(_add_call(id, batch))

    async def close(self, id: str) -> Json:
        return await self._act(id, "close")

    async def pause(self, id: str) -> Json:
        return await self._act(id, "pause")

    async def resume(self, id: str) -> Json:
        return await self._act(id, "resume")

    async def cancel(self, id: str) -> Json:
        return await self._act(id, "cancel")

    async def retry(self, id: str) -> Json:
        return await self._act(id, "retry")

    async def delete(self, id: str) -> None:
        await self._client._send(_Call("DELETE", _job(id), repeatable=False))

    async def wait(self, id: str, *, on_progress: Progress | None = None) -> Json:
        seen = _Changes(on_progress)
        while not seen.ended(job := await self.get(id)):
            await asyncio.sleep(POLL_S)
        return job

    async def results(self, id: str, **options: Any) -> AsyncIterator[Json]:
        cursor: str | None = ""
        while cursor is not None:
            response = await self._client._send(_results_call(id, cursor, options))
            for row in _parse(response.content):
                yield row
            cursor, idle = _next_cursor(response, cursor)
            if idle:
                await asyncio.sleep(POLL_S)

    async def frame(self, id: str, **options: Any) -> pandas.DataFrame:
        return _frame([row async for row in self.results(id, **options)])

    async def file(self, id: str, format: str) -> bytes:
        return (await self._client._send(_Call("GET", f"{_job(id)}/results", {"format": format}))).content

    async def check(self, id: str) -> Json:
        return await self._client._json(_Call("GET", f"{_job(id)}/check"))

    async def set_check_labels(self, id: str, labels: str | None = None) -> Json:
        return await self._client._json(_labels_call(id, labels))

    async def wait_for_check(self, id: str, *, on_progress: Progress | None = None) -> Json:
        while not _check_ended(check := await self.check(id), on_progress):
            _require_not_cancelled(await self.get(id))
            await asyncio.sleep(POLL_S)
        return check

    async def cleaned_labels(self, id: str, **options: Any) -> bytes:
        return (await self._client._send(_Call("GET", f"{_job(id)}/cleaned-labels", options))).content

    async def similar(
        self,
        id: str,
        file: str | None = None,
        *,
        photo: Photo | None = None,
        text: str | None = None,
        **options: Any,
    ) -> Objects:
        return cast(Objects, (await self._client._json(_similar_call(id, file, photo, text, options)))["photos"])

    async def _act(self, id: str, action: str) -> Json:
        return await self._client._json(_Call("POST", f"{_job(id)}/{action}"))


class AsyncModels:
    """`Models` with coroutines."""

    def __init__(self, client: AsyncVision) -> None:
        self._client = client

    async def list(self) -> Objects:
        return cast(Objects, (await self._client._json(_Call("GET", "/api/models")))["models"])

    async def get(self, id: str) -> Json:
        return await self._client._json(_Call("GET", _model(id)))

    async def labels(self, id: str) -> Objects:
        return cast(Objects, (await self._client._json(_Call("GET", f"{_model(id)}/labels")))["labels"])

    async def train(self, examples: Iterable[Example], *, on_progress: Progress | None = None, **options: Any) -> Json:
        return await self._client._result(_train_call("/api/models", examples, options), "result", on_progress)

    async def add_examples(
        self, id: str, examples: Iterable[Example], *, on_progress: Progress | None = None, **options: Any
    ) -> Json:
        call = _train_call(f"{_model(id)}/examples", examples, options)
        return await self._client._result(call, "result", on_progress)

    async def change(self, id: str, **change: str) -> Json:
        return cast(Json, (await self._client._json(_json_call("PATCH", _model(id), change)))["model"])

    async def delete(self, id: str) -> None:
        await self._client._send(_Call("DELETE", _model(id), repeatable=False))

    async def file(self, id: str, name: str) -> bytes:
        return (await self._client._send(_Call("GET", f"{_model(id)}/files/{quote(name, safe='')}"))).content


# Requests.


def _photo_call(path: str, photo: Photo, options: Mapping[str, Any]) -> _Call:
    query = _given(options)
    if isinstance(crop := query.get("crop"), Sequence) and not isinstance(crop, str):
        query["crop"] = ",".join(str(value) for value in crop)
    if _is_url(photo):
        body = {"image" if photo.startswith("data:") else "url": photo}
        return _json_call("POST", path, body, query)
    return _Call("POST", path, query, {"content-type": "application/octet-stream"}, _read(photo))


def _embed_call(photo: Photo, options: Mapping[str, Any]) -> _Call:
    return _photo_call("/api/embed", photo, {**options, "encoding_format": "base64"})


def _many_call(photos: Sequence[tuple[int, str, Photo]], options: Mapping[str, Any]) -> _Call:
    files = [("files", name, photo) for _, name, photo in photos]
    return _Call("POST", "/api/classify", {**options, "stream": 1}, files=files)


def _create_call(
    photos: object, zip_file: Photo | None, urls: Iterable[str] | None, source: str | None, options: Mapping[str, Any]
) -> _Call:
    if sum(each is not None for each in (photos, zip_file, urls, source)) != 1:
        raise ValueError("Give one of photos, zip_file, urls, and source.")
    # Sent again with the same key, a request returns the same job.
    key = {"idempotency-key": str(uuid.uuid4())}
    if zip_file is not None:
        return _Call("POST", "/api/jobs", options, {**key, "content-type": "application/zip"}, _read(zip_file))
    if urls is not None:
        content = _csv([["url"], *([url] for url in urls)])
        return _Call("POST", "/api/jobs", options, {**key, "content-type": "text/csv"}, content)
    begun = {"source": source} if source is not None else {"open": True}
    return _json_call("POST", "/api/jobs", {**_given(options), **begun}, headers=key)


def _add_call(id: str, batch: Sequence[tuple[int, str, Photo]]) -> _Call:
    files = [("files", name, photo) for _, name, photo in batch]
    return _Call("POST", f"{_job(id)}/photos", {"unique": True}, files=files)


def _results_call(id: str, cursor: str, options: Mapping[str, Any]) -> _Call:
    return _Call("GET", f"{_job(id)}/results", {**options, "format": "json", "cursor": cursor})


def _labels_call(id: str, labels: str | None) -> _Call:
    headers = {} if labels is None else {"content-type": "text/csv"}
    return _Call("POST", f"{_job(id)}/check", {}, headers, None if labels is None else labels.encode())


def _similar_call(
    id: str, file: str | None, photo: Photo | None, text: str | None, options: Mapping[str, Any]
) -> _Call:
    if sum(given is not None for given in (file, photo, text)) != 1:
        raise ValueError("Give one of file, the name of a photo of the job, photo, and text.")
    if photo is not None:
        return _photo_call(f"{_job(id)}/similar", photo, options)
    if text is not None:
        return _json_call("POST", f"{_job(id)}/similar", {**options, "text": text})
    return _Call("GET", f"{_job(id)}/similar", {**options, "file": file})


def _train_call(path: str, examples: Iterable[Example], options: Mapping[str, Any]) -> _Call:
    """Embeddings as JSON; photos as a form whose labels are in a file, where they can have any characters."""
    known = list(examples)
    stream, fields = {"stream": 1}, _given(options)
    photos = [(label, value) for label, value in known if _is_photo(value)]
    embeddings = [_embedded(label, value) for label, value in known if not _is_photo(value)]
    if not photos:
        body = {"examples": embeddings} if embeddings or "job" not in fields else {}
        return _json_call("POST", path, {**fields, **body}, stream, repeatable=False)
    if embeddings:
        raise ValueError("Send either photos or embeddings, not both in one request.")
    labels = _csv([["file", "label"], *([f"photo-{at}", label] for at, (label, _) in enumerate(photos, 1))])
    files: list[tuple[str, str, Photo]] = [("photos", "labels.csv", labels)]
    files += [("photos", f"photo-{at}", photo) for at, (_, photo) in enumerate(photos, 1)]
    texts = {name: _text(value) for name, value in fields.items()}
    return _Call("POST", path, stream, fields=texts, files=files, repeatable=False)


def _json_call(
    method: str,
    path: str,
    body: Mapping[str, Any],
    query: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    repeatable: bool = True,
) -> _Call:
    content = json.dumps(body).encode()
    sent = {**(headers or {}), "content-type": "application/json"}
    return _Call(method, path, query or {}, sent, content, repeatable=repeatable)


def _job(id: str) -> str:
    return f"/api/jobs/{quote(id, safe='')}"


def _model(id: str) -> str:
    return f"/api/models/{quote(id, safe='')}"


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    """A list becomes one value, with commas, because a repeated parameter with one value is no list."""
    return {name: _text(value) if isinstance(value, (list, tuple)) else value for name, value in values.items()}


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return _csv([[str(each) for each in value]]).decode().rstrip("\r\n")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


# Photos.


def _is_url(photo: Photo) -> TypeGuard[str]:
    return isinstance(photo, str) and photo.startswith(("http://", "https://", "data:"))


def _embedded(label: str, value: Sequence[float] | Mapping[str, Any]) -> Json:
    known = value if isinstance(value, Mapping) else {"embedding": value}
    vectors = {name: known[name] for name in ("embedding", "kinds") if known.get(name) is not None}
    return {"label": label, **{name: [float(number) for number in vector] for name, vector in vectors.items()}}


def _is_photo(value: Photo | Sequence[float] | Mapping[str, Any]) -> TypeGuard[Photo]:
    return isinstance(value, (str, os.PathLike, bytes)) or hasattr(value, "read")


def _open(photo: Photo, stack: ExitStack) -> IO[bytes] | bytes:
    """The content of a photo, for one attempt."""
    if isinstance(photo, (str, os.PathLike)):
        return stack.enter_context(open(photo, "rb"))
    if not isinstance(photo, bytes):
        photo.seek(0)
    return photo


def _read(photo: Photo) -> bytes:
    with ExitStack() as stack:
        content = _open(photo, stack)
        return content if isinstance(content, bytes) else content.read()


def _named(photo: NamedPhoto, index: int) -> tuple[int, str, Photo]:
    """A photo with its position and the name that its result will have."""
    if isinstance(photo, tuple):
        return (index, photo[0], photo[1])
    if isinstance(photo, (str, os.PathLike)):
        return (index, os.fspath(photo).replace(os.sep, "/"), photo)
    return (index, str(getattr(photo, "name", f"photo-{index + 1}")), photo)


def _numbered_batches(photos: Iterable[NamedPhoto]) -> Iterator[list[tuple[int, str, Photo]]]:
    numbered = (_named(photo, index) for index, photo in enumerate(photos))
    while batch := list(islice(numbered, PHOTOS_PER_REQUEST)):
        yield batch


# Replies.


class _BatchRows:
    """Reads the results of one request, and knows which photos have none yet."""

    def __init__(self, photos: Sequence[tuple[int, str, Photo]]) -> None:
        self._photos = dict(enumerate(photos))
        self.done = 0

    @property
    def missing(self) -> list[tuple[int, str, Photo]]:
        return list(self._photos.values())

    def read(self, line: str) -> Json | None:
        row = _parse(line)
        if "problem" in row:
            raise _problem(row["problem"])
        photo = self._photos.pop(row["index"], None)
        if photo is None:
            return None
        self.done += 1
        return {**row, "index": photo[0]}

    def require_all(self) -> None:
        if self._photos:
            raise VisionError("unreachable", "The connection ended before the last result.")


class _Changes:
    """Reports a job whenever its state or counts have changed."""

    def __init__(self, report: Progress | None) -> None:
        self._report = report
        self._last: object = None

    def ended(self, job: Json) -> bool:
        now = (job["state"], job["counts"])
        if self._report is not None and now != self._last:
            self._report(job)
        self._last = now
        return job["state"] in ("done", "cancelled")


def _check_ended(check: Json, report: Progress | None) -> bool:
    if report is not None:
        report(check)
    return check["state"] in ("done", "failed")


def _require_not_cancelled(job: Json) -> None:
    if job["state"] == "cancelled":
        raise VisionError("conflict", "The job was canceled: its photos are not checked.")


def _result_of(lines: Iterable[str], name: str, on_progress: Progress | None) -> Json:
    """The last line of a stream, `{name: …}` or `{"problem": …}`."""
    for line in lines:
        message = _parse(line)
        if "problem" in message:
            raise _problem(message["problem"])
        if name in message:
            return cast(Json, message[name])
        _report(message, on_progress)
    raise VisionError("unreachable", "The connection ended before the result.")


async def _reported(lines: AsyncIterator[str], on_progress: Progress | None) -> AsyncIterator[str]:
    """The lines that aren't progress."""
    async for line in lines:
        if not _report(_parse(line), on_progress):
            yield line


def _report(message: Json, on_progress: Progress | None) -> bool:
    progress = message.get("progress", message if "done" in message else None)
    if progress is not None and on_progress is not None:
        on_progress(progress)
    return progress is not None


def _next_cursor(response: httpx.Response, cursor: str) -> tuple[str | None, bool]:
    """The cursor of the next page, None after the last one, and whether to wait before it."""
    following = response.headers.get("x-next-cursor", cursor)
    more = "link" in response.headers
    return (following if more else None, more and following == cursor)


def _frame(rows: Iterable[Json]) -> pandas.DataFrame:
    import pandas

    frame = pandas.DataFrame(sorted(rows, key=lambda row: row["index"]))
    return frame.set_index("index") if len(frame) else frame


def _with_floats(reply: Json) -> Json:
    vectors = {name: _floats(reply[name]) for name in ("embedding", "kinds") if reply.get(name) is not None}
    return {**reply, **vectors}


def _floats(text: str) -> array.array[float]:
    floats = array.array("f", base64.b64decode(text))
    if sys.byteorder == "big":
        floats.byteswap()
    return floats


def _parse(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as cause:
        raise VisionError("unexpected_response", "The response isn't JSON.") from cause


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = None
    raise _problem(problem, response.status_code, _retry_after(response.headers.get("retry-after")))


def _problem(problem: object, status: int = 0, retry_after: float | None = None) -> VisionError:
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        detail = f"The response with status {status} isn't from this API."
        return VisionError("unexpected_response", detail, status=status, retry_after=retry_after)
    return VisionError(
        problem["code"],
        str(problem.get("detail", problem["code"])),
        status=problem.get("status", status),
        request_id=problem.get("request_id"),
        retry_after=retry_after,
    )


def _retry_after(header: str | None) -> float | None:
    """`Retry-After` in seconds or as a date, in seconds from now."""
    if header is None:
        return None
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _explain(error: Exception) -> VisionError:
    if isinstance(error, VisionError):
        return error
    is_late = isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout)
    result = VisionError("timeout" if is_late else "unreachable", str(error) or type(error).__name__)
    result.__cause__ = error
    return result
