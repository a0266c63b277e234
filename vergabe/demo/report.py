"""What a demonstration tells: sentences in order, and checks with whether they held."""

from dataclasses import dataclass, field

from vergabe import clock


@dataclass
class Report:
    """What happened: sentences in order, and checks with whether they held."""

    steps: list[str] = field(default_factory=list)
    checks: dict[str, bool] = field(default_factory=dict)

    def tell(self, sentence: str) -> None:
        self.steps.append(f"{clock.berlin_day(clock.read()):%d.%m.%Y}: {sentence}")

    def check(self, name: str, holds: bool) -> None:
        self.checks[name] = bool(holds)
