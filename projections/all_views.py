"""Every view of the product, by name; what the runner keeps and `rebuild` names."""

from projections.ahead import ahead
from projections.charges import charges
from projections.clocks import sla_clocks
from projections.contracts import contracts
from projections.deductions import deductions
from projections.documents import documents
from projections.movements import movements
from projections.tickets import tickets
from projections.views import View

VIEWS: dict[str, View] = {
    view.name: view for view in (contracts, movements, deductions, charges, tickets, sla_clocks, documents, ahead)
}
