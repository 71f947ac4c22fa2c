"""The floor of reading: one FastAPI route that answers the product's own model from memory. `FILE PORT`.

The file is JSON: by contract id, the balance to answer. No database, no token, no ETag.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.http.models.credit import BalanceOut

app = FastAPI(docs_url=None, redoc_url=None)
balances: dict[str, BalanceOut] = {}


@app.get("/v1/contracts/{contract_id}/balance")
async def contract_balance(contract_id: str) -> BalanceOut:
    return balances[contract_id]


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text())
    balances.update({contract_id: BalanceOut(**balance) for contract_id, balance in told.items()})
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
