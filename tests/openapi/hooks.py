"""Real photos, archives and lists where the description says that there is one, and what it can say in words only."""

import base64
import io
import os
import zipfile

import schemathesis
from hypothesis import strategies as st

with open(os.environ["PHOTO"], "rb") as file:
    PHOTO = file.read()

archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as zipped:
    zipped.writestr("photo.webp", PHOTO)

schemathesis.openapi.media_type("application/octet-stream", st.just(PHOTO))
schemathesis.openapi.media_type("image/*", st.just(PHOTO))
schemathesis.openapi.media_type("application/zip", st.just(archive.getvalue()))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Of what is to be refused everything else is left as it is."""
    if case.operation.path.endswith("/events"):
        # Those of an open job have no end.
        case.path_parameters["id"] = "none"
    if case.operation.path.startswith("/api/models") and case.query:
        # With it, what is wrong with the examples comes as a line.
        case.query.pop("stream", None)
    if case.operation.label == "POST /api/explain" and case.query and case.media_type == "multipart/form-data":
        # Here, too, and forms with a file are taken for wrong ones at times.
        case.query.pop("stream", None)
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    query = case.query = case.query or {}
    if case.media_type != "multipart/form-data":
        # Many photos in one request are a form.
        query.pop("stream", None)
    if case.operation.label == "POST /api/models" and isinstance(case.body, dict):
        # Else a model could get a name that other requests make up, and what is wrong with them would be seen only then.
        query.pop("id", None)
        case.body["id"] = "trained-here"
    if case.operation.label == "POST /api/jobs" and not isinstance(case.body, (dict, str, bytes)):
        # A job of nothing is one that more photos follow to.
        query["open"] = "true"
    # Labels are a model's own, also where it takes none in words, and a crop lies within a photo.
    for options in (query, case.body if isinstance(case.body, dict) else {}):
        for name in ("label", "crop", "candidate_labels", "hypothesis_template"):
            options.pop(name, None)
    if isinstance(case.body, dict) and "text" in case.body and case.operation.label == "POST /api/embed":
        # A text has no kinds, and no server here has a text-image model.
        del case.body["text"]
        case.body["image"] = base64.b64encode(PHOTO).decode()
    if isinstance(case.body, dict):
        for name in case.body:
            # What stands in the address and in the body must be the same.
            query.pop(name, None)
        if "url" in case.body and not isinstance(case.body["url"], str):
            # That either of two properties is there says nothing about its value.
            case.body["url"] = "https://example.com/photo.jpg"
        if "image" in case.body:
            case.body["image"] = base64.b64encode(PHOTO).decode()
        if case.media_type == "multipart/form-data" and "file" in case.body:
            # Options stand before the files.
            case.body["file"] = case.body.pop("file")
    if str(query.get("stream", "")).lower() in ("true", "1"):
        # Their lines have no room for it.
        for options in (query, case.body if isinstance(case.body, dict) else {}):
            options.pop("preview", None)
    # A cursor is made by the server, and goes with no offset.
    query.pop("cursor", None)
