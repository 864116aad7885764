"""The default image classification pipeline of transformers behind FastAPI. Its model has random weights."""

import io
import os
import tempfile

import uvicorn
from fastapi import FastAPI, Request
from PIL import Image
from starlette.concurrency import run_in_threadpool
from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor, pipeline

app = FastAPI()
with tempfile.TemporaryDirectory() as folder:
    ViTForImageClassification(ViTConfig(num_labels=1000)).save_pretrained(folder)
    ViTImageProcessor(image_mean=[0.5] * 3, image_std=[0.5] * 3).save_pretrained(folder)
    classifier = pipeline("image-classification", model=folder)


@app.get("/health")
def health() -> str:
    return "ok"


@app.post("/classify")
async def classify(request: Request) -> list:
    image = Image.open(io.BytesIO(await request.body()))
    return await run_in_threadpool(classifier, image)


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning", access_log=False)
