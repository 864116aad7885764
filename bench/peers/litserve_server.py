"""LitServe with Pillow and ONNX Runtime, following the image classifier in its documentation."""

import os

import litserve as ls
from classifier import Classifier
from fastapi import UploadFile


class ClassifierAPI(ls.LitAPI):
    def setup(self, device: str) -> None:
        self.classifier = Classifier()

    def decode_request(self, request: UploadFile) -> bytes:
        return request.file.read()

    def predict(self, data: bytes) -> dict:
        return self.classifier.classify(data)

    def encode_response(self, output: dict) -> dict:
        return output


if __name__ == "__main__":
    server = ls.LitServer(ClassifierAPI(api_path="/classify"), accelerator="cpu", workers_per_device=int(os.environ["BENCH_WORKERS"]))
    server.run(port=int(os.environ["PORT"]), generate_client_file=False, log_level="warning", access_log=False)
