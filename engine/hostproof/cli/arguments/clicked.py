"""The same command line by click: help, shell completion, and what is wrong with a line that `quick` left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import COMMANDS, GROUPS, Command, Option

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

USAGE = 2
INTERRUPTED = 130
HELP = {"help_option_names": ["-h", "--help"]}
FINISHED = "Exit codes: 0 fit, 1 unfit, 2 usage or pack problem, 3 undecided, 70 internal error, 130 interrupted."


def run_clicked(words: Sequence[str], perform: Callable[[Command, Given], int]) -> int:
    """Read `words` with click and perform the command they name; complaints go to standard error."""
    import click

    group = build_group(perform)
    try:
        code = group.main(list(words), prog_name="hostproof", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        return USAGE
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return USAGE
    except click.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def build_group(perform: Callable[[Command, Given], int]) -> click.Group:
    """Return the whole command line as click's own objects."""
    import click

    from hostproof import __version__

    about = "Prove that a Linux host is fit to run software, from declarative rules over typed facts."
    group = click.Group("hostproof", help=about, epilog=FINISHED, no_args_is_help=True, context_settings=HELP)
    click.version_option(__version__, message="hostproof %(version)s")(group)
    groups = {"": group} | {name: click.Group(name, help=told, no_args_is_help=True) for name, told in GROUPS.items()}
    for name in GROUPS:
        group.add_command(groups[name])
    for command in COMMANDS:
        of, _, _ = command.name.rpartition(" ")
        groups[of].add_command(_command(command, perform))
    return group


def _command(command: Command, perform: Callable[[Command, Given], int]) -> click.Command:
    import click

    def callback(**words: str | bool | tuple[str, ...] | None) -> int:
        return perform(command, _given(command, words))

    params: list[click.Parameter] = [_option(option) for option in command.options]
    if command.rest:
        complete = {"pack": _complete_packs, "rule": _complete_rules}.get(command.kind)
        argument = click.Argument(
            ["rest"],
            nargs=-1,
            metavar=command.rest,
            required=command.least > 0,
            shell_complete=complete,
            type=_type(command.kind),
        )
        params.append(argument)
    return click.Command(command.name.split()[-1], help=command.help, params=params, callback=callback)


def _option(option: Option) -> click.Option:
    import click

    names = [option.long, option.name.replace("-", "_"), *([option.short] if option.short else [])]
    if not option.metavar:
        return click.Option(names, is_flag=True, help=option.help)
    complete = _complete_packs if option.kind == "pack" else _completer(option) if option.offers else None
    return click.Option(
        names, help=option.help, metavar=option.metavar, multiple=True, shell_complete=complete, type=_type(option.kind)
    )


def _type(kind: str) -> click.ParamType[str]:
    """Paths get their own type, so that shells complete them; they are opened by us, not by click."""
    import click

    return click.Path() if kind == "file" else click.STRING


def _completer(option: Option) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    end = "=" if option.many else ""

    def complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        return [offer + end for offer in option.offers if offer.startswith(begun)]

    return complete


def _complete_packs(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from hostproof.rulepack.find import builtin_names

    return [name for name in builtin_names() if name.startswith(begun)]


def _complete_rules(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the rules of the packs named so far, then files."""
    from click.shell_completion import CompletionItem

    from hostproof.cli.job import read_packs
    from hostproof.source.problems import ProblemError

    if context.params.get("rest"):
        return [CompletionItem(begun, type="file")]
    words = {name: tuple(context.params.get(name) or ()) for name in ("pack", "profile")}
    try:
        packs = read_packs(Given({name: texts for name, texts in words.items() if texts}))
    except ProblemError:
        return []  # what is wrong with a pack is told when the command runs
    return [CompletionItem(rule.id) for pack in packs for rule in pack.rules if rule.id.startswith(begun)]


def _given(command: Command, words: dict[str, str | bool | tuple[str, ...] | None]) -> Given:
    found: dict[str, tuple[str, ...]] = {}
    for option in command.options:
        value = words[option.name.replace("-", "_")]
        if isinstance(value, tuple) and value:
            found[option.name] = value
        elif value is True:
            found[option.name] = ("",)
    rest = words.get("rest", ())
    return Given(found, rest if isinstance(rest, tuple) else ())
