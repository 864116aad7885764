"""BentoML with Pillow and ONNX Runtime, as in its documentation of image models, with one thread per worker process."""

import os
import subprocess
import sys
from pathlib import Path

import bentoml
from classifier import Classifier


@bentoml.service(workers=int(os.environ["BENCH_WORKERS"]))
class Photos:
    def __init__(self) -> None:
        self.classifier = Classifier()

    @bentoml.api
    def classify(self, request: Path) -> dict:
        return self.classifier.classify(request.read_bytes())


if __name__ == "__main__":
    serve = ["-m", "bentoml", "serve", "bentoml_server:Photos", "--port", os.environ["PORT"]]
    environment = {**os.environ, "BENTOML_DO_NOT_TRACK": "True"}
    sys.exit(subprocess.run([sys.executable, *serve], env=environment, stdout=subprocess.DEVNULL).returncode)
