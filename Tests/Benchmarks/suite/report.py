"""The figures, as a table and as JSON."""

import dataclasses


@dataclasses.dataclass
class Figure:
    """One line of the table."""

    subject: str
    work: str
    value: float
    unit: str
    #: What the figure should at most be, or at least where `is_least` says so; None where it only informs.
    goal: float = None
    is_least: bool = False
    #: What else to know, as "CPU 4.1 ms beside 1.2".
    remark: str = ""

    @property
    def is_met(self):
        if self.goal is None:
            return None
        return self.value >= self.goal if self.is_least else self.value <= self.goal


class Report:
    """What was measured, in the order it was."""

    def __init__(self, machine):
        self.machine = machine
        self.figures = []
        self.unmeasured = []

    def add(self, *arguments, **named):
        self.figures.append(Figure(*arguments, **named))

    def leave_out(self, subject, what, why):
        self.unmeasured.append({"subject": subject, "what": what, "why": why})

    def table(self):
        rows = [["", "work", "figure", "goal", "", "remark"]]
        for figure in self.figures:
            sign = "≥" if figure.is_least else "≤"
            goal = "" if figure.goal is None else f"{sign} {number(figure.goal)}"
            verdict = {None: "", True: "met", False: "missed"}[figure.is_met]
            rows.append(
                [figure.subject, figure.work, f"{number(figure.value)} {figure.unit}", goal, verdict, figure.remark])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
        lines.insert(1, "| " + " | ".join("-" * max(width, 3) for width in widths) + " |")
        facts = [f"{name}: {value}" for name, value in self.machine.items()]
        missing = [f"not measured: {each['what']} ({each['why']})" for each in self.unmeasured]
        return "\n".join(lines + [""] + facts + missing)

    def json(self):
        return {
            "format": 1, "machine": self.machine, "unmeasured": self.unmeasured,
            "figures": [dataclasses.asdict(figure) | {"met": figure.is_met} for figure in self.figures],
        }


def number(value):
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def milliseconds(seconds):
    return f"{number(seconds * 1000)} ms"
