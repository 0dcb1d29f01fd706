"""A detection as they are usually written."""
import re
from panther_base_helpers import deep_get

SUSPICIOUS = {"CreateUser", "DeleteUser"}


def rule(event):
    "whether to alert"
    if event.get("eventName") not in SUSPICIOUS or event.udm("actor_user") == "root":
        return False
    return any(re.match(p, event["x"]) for p in event.get("patterns", []) if p)


def title(event):
    return f"[{event.get('user')!r:>10}] did {event.name} in {deep_get(event, 'a', 'b', default='?')}"
