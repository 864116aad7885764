"""A Gradio interface of an image classifier, as its guide shows it, with Pillow and ONNX Runtime."""

import os

import gradio as gr
from classifier import Classifier
from PIL import Image

classifier = Classifier()


def predict(image: Image.Image) -> dict:
    return {each["label"]: each["score"] for each in classifier.classify_image(image)["top"]}


if __name__ == "__main__":
    interface = gr.Interface(predict, gr.Image(type="pil"), gr.Label(num_top_classes=5), api_name="predict")
    interface.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True)
