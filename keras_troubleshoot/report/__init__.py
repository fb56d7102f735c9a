"""What the diagnoses say: findings, their report, and how it is shown.

`finding` and `report` hold the vocabulary; `text`, `html` and `sarif` render
it. Nothing here imports TensorFlow, and what a renderer needs (rich, jinja2,
matplotlib) is imported when it renders.
"""
