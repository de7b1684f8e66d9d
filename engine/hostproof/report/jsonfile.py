"""JSON: an Evaluation in, a document of the published schema report-1 out, the same bytes each time."""

from __future__ import annotations

from hostproof.evaluate.model import Evaluation, PackResults, Result, TableResult, Verdict, WaiverNote, WaiverNotice
from hostproof.facts.snapshot import Evidence, Host
from hostproof.report import wording
from hostproof.report.jsontext import Json, json_text


def render_json(evaluation: Evaluation) -> str:
    """Return the document, indented, every key always there; times in nanoseconds, moments as RFC 3339 in UTC."""
    document: dict[str, Json] = {
        "format": "hostproof-report-1",
        "hostproof": evaluation.version,
        "verdict": wording.verdict_word(evaluation),
        "exit_code": evaluation.exit_code,
        "headline": wording.headline(evaluation),
        "next_step": wording.next_step(evaluation),
        "target": evaluation.target,
        "host": _host(evaluation.host),
        "created": f"{wording.moment(evaluation.created)}.{evaluation.created % 1_000_000_000:09}Z",
        "date": evaluation.date,
        "snapshot": evaluation.snapshot_digest,
        "gate": {"fail_on": str(evaluation.gate.fail_on), "unknown": str(evaluation.gate.unknown)},
        "counts": {str(verdict): evaluation.count(verdict) for verdict in Verdict},
        "packs": [_pack(pack) for pack in evaluation.packs],
        **({"waivers": [_notice(notice) for notice in evaluation.notices]} if evaluation.notices else {}),
    }
    return json_text(document)


def _host(host: Host) -> Json:
    return {
        "name": host.name,
        "machine_id": host.machine_id,
        "kernel": host.kernel,
        "arch": host.arch,
        "cpu": host.cpu,
        "virtualisation": host.virtualisation,
        "cgroup": host.cgroup,
        "distribution": host.distribution,
        "go": host.go,
    }


def _pack(pack: PackResults) -> Json:
    return {
        "name": pack.name,
        "title": pack.title,
        "digest": pack.digest,
        "results": [_result(result) for result in pack.results],
        **({"params": dict(pack.params)} if pack.params else {}),
        **({"tables": [_table(table) for table in pack.tables]} if pack.tables else {}),
    }


def _table(table: TableResult) -> Json:
    return {"title": table.title, "columns": list(table.columns), "rows": [list(row) for row in table.rows]}


def _result(result: Result) -> Json:
    waiver = result.waiver
    return {
        "rule": result.id,
        "title": result.title,
        "group": result.group,
        "severity": str(result.severity),
        "verdict": str(result.verdict),
        "gated": result.gated,
        "expression": result.expression,
        "message": result.message,
        "reason": result.reason,
        "findings": [{"subject": f.subject, "value": f.value, "wanted": f.wanted} for f in result.findings],
        "unknowns": [
            {"fact": u.fact, "cause": str(u.cause), "detail": u.detail, "cure": u.cure} for u in result.unknowns
        ],
        "evidence": [_evidence(evidence) for evidence in result.evidence],
        "rationale": result.rationale,
        "remediation": result.remediation,
        "references": list(result.references),
        "tags": list(result.tags),
        "file": result.file,
        "line": result.line,
        "waiver": None if waiver is None else _waiver(waiver),
        "took": result.took,
    }


def _waiver(waiver: WaiverNote) -> Json:
    ticket: dict[str, Json] = {"ticket": waiver.ticket} if waiver.ticket else {}
    return {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires, **ticket}


def _notice(notice: WaiverNotice) -> Json:
    return {
        "rule": notice.rule,
        "state": str(notice.state),
        "why": notice.why,
        "owner": notice.owner,
        "expires": notice.expires,
        "ticket": notice.ticket,
        "days_left": notice.days,
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "kind": evidence.kind,
        "what": evidence.what,
        "status": evidence.status,
        "took": evidence.took,
        "size": evidence.size,
        "head": evidence.head,
        "tail": evidence.tail,
    }
