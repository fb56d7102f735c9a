"""Builds and installs `keras_troubleshoot`."""

import pathlib
import re

import setuptools

HERE = pathlib.Path(__file__).parent


def read_version() -> str:
    """The version, read without importing the package."""
    text = (HERE / "keras_troubleshoot" / "version.py").read_text("utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)[1]


setuptools.setup(
    name="keras-troubleshoot",
    version=read_version(),
    description="Says what is wrong with a Keras model, and how to mend it",
    long_description=(HERE / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=setuptools.find_packages(
        include=["keras_troubleshoot", "keras_troubleshoot.*"]
    ),
    package_data={"keras_troubleshoot.report": ["templates/*"]},
    python_requires=">=3.11",  # Keras 3.15 asks for it.
    # The lowest versions with which the whole test suite was run.
    install_requires=[
        "absl-py>=2.0",
        "cloudpickle>=3.1",
        "grpcio>=1.85",
        "jinja2>=3.1",
        "keras>=3.15",
        "keras-tuner[bayesian]>=1.4.7",
        "matplotlib>=3.8",
        "numpy>=1.26",
        "rich>=14.3",
        "scikit-learn>=1.4",
        "scipy>=1.15",
        "tensorboard>=2.19",  # keras-tuner imports it without asking for it.
        "tensorflow>=2.21",
        "threadpoolctl>=3.1",
    ],
    extras_require={
        "docs": ["mkdocs-material>=9.5", "mkdocstrings[python]>=0.26"],
        "optuna": ["optuna>=5.0"],
        "ray": ["ray>=2.60"],
        # Without Ray: its tests run where "ray" is installed as well. It takes
        # a GiB for its processes, and can wait for ever where that is not free.
        "test": [
            "import-linter>=2.0",
            "optuna>=5.0",
            "pytest>=8.0",
            "pytest-timeout>=2.4",
            "pytest-xdist>=3.5",
            "pyyaml>=6.0",
            "ruff>=0.9",
        ],
    },
    entry_points={
        "console_scripts": [
            "keras-troubleshoot = keras_troubleshoot.cli.main:main",
        ],
    },
    classifiers=[
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
