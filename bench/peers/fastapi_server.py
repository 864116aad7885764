"""FastAPI with Pillow and ONNX Runtime. Photos run on threads, so that decoding and running overlap."""

import os

import uvicorn
from classifier import Classifier
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

app = FastAPI()
classifier = Classifier()


@app.get("/health")
def health() -> str:
    return "ok"


@app.post("/classify")
async def classify(request: Request) -> dict:
    return await run_in_threadpool(classifier.classify, await request.body())


if __name__ == "__main__":
    workers = int(os.environ["BENCH_WORKERS"])
    uvicorn.run("fastapi_server:app", port=int(os.environ["PORT"]), workers=workers, log_level="warning", access_log=False)
