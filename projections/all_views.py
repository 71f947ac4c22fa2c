"""Every view of the product, by name; what the runner keeps and `rebuild` names."""

from projections.billing.charges_view import charges
from projections.billing.documents import documents
from projections.billing.periods_view import periods
from projections.contracts.view import contracts
from projections.credit.deductions_view import deductions
from projections.credit.movements import movements
from projections.credit.overages_view import overages
from projections.post_dated import post_dated
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
        tickets,
        sla_clocks,
        documents,
        periods,
        post_dated,
    )
}
