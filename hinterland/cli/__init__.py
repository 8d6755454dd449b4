"""The command line: words -> one call. To add a command, write a file and add a line here."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import version

import click

from hinterland.engine import shortage
from hinterland.types import HinterlandError, Registry, nearest_name

COMMANDS = Registry(
    "command",
    __name__,
    {
        "demo": "demo:demo",
        "train": "train:train",
        "resume": "resume:resume",
        "import": "import_:import_model",
        "map": "map:make_map",
        "open": "open:open_run",
        "export": "export:export_site",
        "score": "score:score",
        "figure": "figure:draw_figure",
        "movie": "movie:make_movie",
        "encode": "encode:encode",
        "decode": "decode:decode",
        "convert": "convert:convert",
        "images": "images:images",
        "options": "options:options",
        "models": "lists:models",
        "projections": "lists:projections",
        "figures": "lists:figures",
        "movies": "lists:movies",
        "conversions": "lists:conversions",
        "datasets": "lists:datasets",
    },
)

PROGRAM = "hinterland"
BUG = 3


class _Commands(click.Group):
    """The commands, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command: click.Command | None = COMMANDS.get(cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise HinterlandError(
                f"there is no command '{args[0]}'", nearest_name(args[0], COMMANDS)
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: hinterland demo",
)
@click.version_option(version(PROGRAM), prog_name=PROGRAM)
def group() -> None:
    """See what your autoencoder knows.

    Images become an autoencoder, a recording of every epoch, and a map on which every spot decodes
    under the cursor.
    """


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    0 ok, 1 the job failed, 2 wrong use or bad input, 3 our bug, 5 disk, memory or device,
    128 + a signal's number when stopped by one.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    # PyTorch's threads wait for each other by spinning. Where another program wants a processor,
    # they spin for whole time slices and training slows manyfold (benchmarks/contention.py). Read
    # when torch is loaded, so it is said before.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        code = group.main(words, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except click.Abort:
        code = _stopped()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 0
    except Exception as error:  # noqa: BLE001 - the door: whatever happens, the person gets one line
        if "--debug" in words:
            traceback.print_exc()
        code = _told(error, as_json="--json" in words)
    except KeyboardInterrupt:
        code = _stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> int:
    click.echo("stopped", err=True)
    return 130


def _told(error: Exception, *, as_json: bool) -> int:
    """Tell what went wrong in one line and a hint, and give the exit code."""
    message, hint, code = _worded(error)
    hint = hint or f"{PROGRAM} --help"
    if as_json:
        click.echo(json.dumps({"error": message, "hint": hint}))
    click.echo(f"error: {message}", err=True)
    click.echo(f"hint: {hint}", err=True)
    return code


def _worded(error: Exception) -> tuple[str, str, int]:
    match error:
        case HinterlandError():
            return error.message, error.hint, error.exit_code
        case click.UsageError():
            message = error.format_message().rstrip(".")
            place = error.ctx.command_path if error.ctx else PROGRAM
            return message[:1].lower() + message[1:], f"{place} --help", 2
        case MemoryError() | RuntimeError() if short := shortage.worded(error):
            return short, "a smaller --batch-size, or fewer images with --track", 5
        case ModuleNotFoundError() if error.name in ("torch", "onnx", "sklearn", "scipy", "pooch"):
            package = error.name
            hint = "pip install 'hinterland[train]'"
            return f"this command needs the package '{package}'", hint, 2
    return _bug(error), "please report it with that file; --debug shows it here", BUG


def _bug(error: Exception) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="hinterland-", suffix=".log", delete=False, encoding="utf-8"
    ) as report:
        report.write("".join(traceback.format_exception(error)))
    return f"internal error {type(error).__name__}: this is a bug. Details: {report.name}"
