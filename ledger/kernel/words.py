"""The words of which terms, tickets and what is promised for them choose: each set once, for terms and events alike.

A set that one room alone has stands with its events.
"""

from __future__ import annotations

from typing import Literal

Channel = Literal["phone", "email", "portal", "chat", "callback", "web_meeting", "remote", "on_site"]
MatterScope = Literal[
    "installation",
    "operation",
    "malfunction",
    "basic_functions",
    "data_manipulation",
    "customer_login",
    "cloud_outage",
]
Level = Literal["L1", "L2", "L3"]
Grade = Literal["high", "medium", "low"]
TargetName = Literal["reaction", "resolution"]
