"""Which matters the terms cover, where, by whom, and how urgent they are (T1–T8)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ledger.kernel.words import Channel, Grade, MatterScope
from ledger.plans.terms.words import PlanAmount, Strict


class Only(Strict):
    """Only these scopes; a matter whose scope was not given is none of them."""

    kind: Literal["only"]
    scopes: list[MatterScope]


class Except(Strict):
    kind: Literal["except"]
    scopes: list[MatterScope]


ScopeRule = Annotated[Only | Except, Field(discriminator="kind")]


class OnSiteNone(Strict):
    kind: Literal["none"]


class OnSiteIncluded(Strict):
    kind: Literal["included"]


class OnSiteFromSubscriptions(Strict):
    """Free from so many subscriptions, below that for the agreed surcharge of a visit (domain T7)."""

    kind: Literal["from_subscriptions"]
    minimum: Annotated[int, Field(gt=0)]
    surcharge: PlanAmount | None = None


OnSite = Annotated[OnSiteNone | OnSiteIncluded | OnSiteFromSubscriptions, Field(discriminator="kind")]


class Partnership(Strict):
    """With a partner, L1 is the partner's, and direct contact may need the partner's word (domain T3)."""

    direct_contact_needs_authorisation: bool = True


class PriorityMatrix(Strict):
    """Priority by impact, then urgency (domain T2)."""

    high: dict[Grade, Annotated[int, Field(ge=1, le=4)]]
    medium: dict[Grade, Annotated[int, Field(ge=1, le=4)]]
    low: dict[Grade, Annotated[int, Field(ge=1, le=4)]]

    @model_validator(mode="after")
    def _complete(self) -> PriorityMatrix:
        if any(set(row) != {"high", "medium", "low"} for row in (self.high, self.medium, self.low)):
            raise ValueError("every impact needs a priority for urgency high, medium and low")
        return self

    def priority(self, impact: Grade, urgency: Grade) -> int:
        return {"high": self.high, "medium": self.medium, "low": self.low}[impact][urgency]


ITIL_MATRIX = PriorityMatrix(
    high={"high": 1, "medium": 2, "low": 3},
    medium={"high": 2, "medium": 3, "low": 4},
    low={"high": 3, "medium": 4, "low": 4},
)

ALL_CHANNELS: list[Channel] = ["phone", "email", "portal", "chat", "callback", "web_meeting", "remote", "on_site"]
