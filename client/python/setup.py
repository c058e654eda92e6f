"""Builds the package; the code of the wire is generated on the way (generate.sh, which needs protoc)."""
import os
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = os.path.dirname(os.path.abspath(__file__))


class GenerateThenBuild(build_py):
    """Generates moduled.v1 beside the sources first, so that it is packed with them."""

    def finalize_options(self):
        subprocess.run([os.path.join(HERE, "generate.sh")], check=True)
        self.distribution.packages = sorted({*self.distribution.packages, "moduled.v1", "moduled.v1.layers"})
        super().finalize_options()


setup(cmdclass={"build_py": GenerateThenBuild})
