"""Every view of the product, by name; what the runner keeps and `rebuild` names."""

from collections.abc import Iterable

from projections.billing.charges_view import charges
from projections.billing.documents import documents
from projections.billing.periods_view import periods
from projections.billing.zero_lines import zero_lines
from projections.contracts.view import contracts
from projections.credit.deductions_view import deductions
from projections.credit.movements import movements
from projections.credit.overages_view import overages
from projections.credit.pool_days import pool_days
from projections.credit.subtotals import subtotals
from projections.post_dated import post_dated
from projections.provider.reported import reports
from projections.sessions.view import sessions
from projections.sla.clocks import sla_clocks
from projections.tickets.view import tickets
from projections.views import View

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        contracts,
        movements,
        deductions,
        overages,
        sessions,
        charges,
        zero_lines,
        subtotals,
        pool_days,
        tickets,
        sla_clocks,
        documents,
        periods,
        post_dated,
        reports,
    )
}


def built_together(names: Iterable[str]) -> list[View]:
    """The views of these names, what rests on one of them, and all that such a view rests on."""
    named = {VIEWS[name] for name in names}
    for view in VIEWS.values():
        group = {view, *view.rests_on}
        if named & group:
            named |= group
    return [view for view in VIEWS.values() if view in named]
