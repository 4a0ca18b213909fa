"""What the check-* scripts share: the program, its scripts, foreign packages, and the count."""

import functools
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".build", "clients")


def use_packages(install, packages):
    """Goes on in the virtual environment of the checks, with `packages` installed if wanted."""
    python = os.path.join(ENVIRONMENT, "bin", "python")
    if install:
        if not os.path.exists(python):
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(pip + packages, check=True)
    if os.path.exists(python) and sys.prefix != ENVIRONMENT:
        arguments = [word for word in sys.argv if word != "--install"]
        os.execv(python, [python] + arguments)


@functools.cache
def program():
    """The vmemctl to check: VMEMCTL_BINARY, or the build's."""
    if "VMEMCTL_BINARY" in os.environ:
        return os.environ["VMEMCTL_BINARY"]
    build = ["swift", "build", "--quiet", "--package-path", ROOT, "--product", "vmemctl"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    shown = subprocess.run(build + ["--show-bin-path"], check=True, capture_output=True, text=True)
    return os.path.join(shown.stdout.strip(), "vmemctl")


def decode(line):
    """The bytes that `read` printed: two digits each, and `xx*N` for N of the same."""
    data = bytearray()
    for word in line.split():
        byte, _, count = word.partition("*")
        data += bytes.fromhex(byte) * int(count or 1)
    return bytes(data)


class Script:
    """A vmemctl script under construction; running it gives the result of each line."""

    def __init__(self):
        self.lines = []
        self.named = {}

    def add(self, line):
        """Adds a line that prints nothing."""
        self.lines.append(line)

    def ask(self, key, line):
        """Adds a line whose single result line is found under `key`."""
        self.named[key] = len(self.named)
        self.lines.append(line)

    def run(self, view=None):
        """Runs the lines, then `view`, whose text is found under its own name."""
        text = "\n".join(self.lines + ([view] if view else [])) + "\n"
        done = subprocess.run(
            [program(), "run", "-"], input=text, capture_output=True, text=True
        )
        results = done.stdout.splitlines()
        count = len(self.named)
        if done.returncode != 0 or (len(results) > count) != (view is not None):
            sys.exit(f"vmemctl run: exit {done.returncode}\n{done.stderr}{text}")
        answers = {key: results[index] for key, index in self.named.items()}
        if view:
            answers[view] = "\n".join(results[count:])
        return answers


class Report:
    """Counts what passed, and ends the process."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}")

    def equal(self, got, expected, what):
        shown = f"{what}: got {got!r}, expected {expected!r}"
        self.check(got == expected, shown if len(shown) < 400 else f"{what}: not equal")

    def skip(self, what):
        self.skipped += 1
        print(f"skipped: {what}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)
