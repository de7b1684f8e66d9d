"""Codes of usage: E5xx refuses a command line, W5xx advises."""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E501", "Not a report format", "hostproof check -f juint=out.xml"),
    CodeRow("HP-E502", "Two reports in one place", "hostproof check -f junit=out -f json=out"),
    CodeRow("HP-E503", "A report cannot go there", "hostproof check -f junit=/etc"),
    CodeRow("HP-E504", "An option's value is malformed", "hostproof check --timeout soon"),
    CodeRow("HP-E505", "A parameter is not given as name=value", "hostproof check --param min_backlog"),
    CodeRow("HP-E506", "Several snapshots in one file", "hostproof eval a/x.hpsnap b/x.hpsnap -f junit={name}.xml"),
    CodeRow("HP-E507", "Not a kind of target", "hostproof check --target ssh"),
    CodeRow("HP-E508", "No such fact", "hostproof facts kernel.relaese"),
    CodeRow("HP-E509", "The same pack twice", "hostproof check --pack linux --pack linux"),
    CodeRow("HP-E510", "No such rule, or more than one", "hostproof explain net.backlgo host.hpsnap"),
    CodeRow("HP-E511", "Not one rule and one snapshot", "hostproof explain net.backlog a.hpsnap b.hpsnap"),
    CodeRow("HP-E512", "Quick and full at once", "hostproof check --quick --full"),
    CodeRow("HP-E513", "No snapshot there", "hostproof eval an-empty-folder"),
    CodeRow("HP-E514", "A target that is not there", "hostproof check --target root:/no/such/folder"),
    CodeRow("HP-E515", "Not a report that can be verified", "hostproof verify README.md --snapshot host.hpsnap"),
    CodeRow("HP-E516", "Nothing that can be imported", "hostproof import photo.jpg"),
    CodeRow("HP-E517", "SciPy is not installed", "hostproof compare before --with after"),
    CodeRow("HP-E518", "No manifest can be made of that", "hostproof manifest local"),
    CodeRow("HP-E519", "Secrets kept in CI", "CI=true hostproof check --no-redact"),
    CodeRow("HP-E520", "Nothing to run programs inside of", "hostproof check --chroot --target ssh:web1"),
    CodeRow("HP-E531", "Not two snapshots to compare", "hostproof diff a.hpsnap"),
    CodeRow(
        "HP-E541", "An experiment that can't be done", "hostproof experiment --set vm.drop_caches=3 --probe memory"
    ),
    CodeRow("HP-E551", "Nothing can begin there", "hostproof init a-folder-with-a-hostproof.yaml"),
    CodeRow(
        "HP-E552", "A profile that others could have put there", "touch /tmp/hostproof.yaml; cd /tmp; hostproof check"
    ),
)
