"""A browser without scripts: it keeps a cookie, follows redirects, and fills in the forms that a page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from ledger.store.sign_ins import create_link
from tests.http.asgi import Headers, Response
from tests.http.door import Door

Fields = list[tuple[str, str]]


@dataclass
class ShownForm:
    """A form with what is filled in already; `buttons` are the names and values of those that send it."""

    action: str
    fields: Fields = field(default_factory=list)
    boxes: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self._text_area: str | None = None
        self._is_reading = False  # within a form that only asks, such as the day of a page
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_reading = of.get("method") != "post"
            if not self._is_reading:
                self.forms.append(ShownForm(of["action"]))
        elif self._is_reading:
            return
        elif tag == "input" and "name" not in of:
            return  # nothing of it is sent
        elif tag == "input" and of.get("type") in ("checkbox", "radio"):
            self.forms[-1].boxes.append((of["name"], of["value"]))
        elif tag == "input":
            self.forms[-1].fields.append((of["name"], of.get("value", "")))
        elif tag == "button" and "name" in of:
            self.forms[-1].buttons.append((of["name"], of["value"]))
        elif tag == "select":
            self._select = of["name"]
            self.forms[-1].fields.append((self._select, ""))
        elif tag == "option" and "selected" in of:
            self.forms[-1].fields[-1] = (self._select, of["value"])
        elif tag == "textarea":
            self._text_area = of["name"]
            self.forms[-1].fields.append((self._text_area, ""))

    def handle_data(self, data: str) -> None:
        if self._text_area is not None:
            self.forms[-1].fields[-1] = (self._text_area, data.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text_area = None


def forms_of(page: Response) -> list[ShownForm]:
    found = _Forms()
    found.feed(page.text)
    return found.forms


def form_to(page: Response, action: str) -> ShownForm:
    (found,) = [one for one in forms_of(page) if one.action == action]
    return found


class Browser:
    """One browser at a door. `cookie` is the only one that it was given, by its name."""

    def __init__(self, door: Door, scheme: str = "http") -> None:
        self.door = door
        self.scheme = scheme
        self.cookie: dict[str, str] = {}
        self._read_to = 0

    def get(self, address: str, **headers: str) -> Response:
        """A page with a form for something new leads to its own address with an id first."""
        answer = self._ask("GET", address, b"", headers)
        place = answer.headers.get("location", "")
        is_own = place.partition("?")[0] == address.partition("?")[0]
        return self._ask("GET", place, b"", headers) if is_own and "form=" in place else answer

    def open(self, address: str) -> Response:
        """Follows where it is led."""
        answer = self.get(address)
        while answer.status_code in (303, 307):
            answer = self.get(answer.headers["location"])
        return answer

    def post(self, address: str, fields: Fields, **headers: str) -> Response:
        named = {"content-type": "application/x-www-form-urlencoded"} | headers
        return self._ask("POST", address, urlencode(fields).encode(), named)

    def send(self, form: ShownForm, *chosen: tuple[str, str], **typed: str) -> Response:
        """Sends a form with what is typed over what stood in it, and the boxes and the button that are `chosen`."""
        assert typed.keys() <= {name for name, _ in form.fields}, f"{form.action} has no such fields"
        assert set(chosen) <= {*form.boxes, *form.buttons}, f"{form.action} has no such boxes or buttons"
        kept = [(name, typed.get(name, value)) for name, value in form.fields]
        return self.post(form.action, [*kept, *chosen])

    def follow(self, answer: Response) -> Response:
        """What a form led to."""
        assert answer.status_code == 303, f"{answer.status_code} {answer.text}"
        return self.open(answer.headers["location"])

    def signed_in(self, token: str) -> Browser:
        """Signs in by a token."""
        answer = self.send(form_to(self.get("/portal/sign-in"), "/portal/sign-in"), token=token)
        assert answer.status_code == 303, answer.text
        return self

    def _ask(self, method: str, address: str, content: bytes, headers: dict[str, str]) -> Response:
        named: Headers = {"accept": "text/html", **{name.replace("_", "-"): told for name, told in headers.items()}}
        if self.cookie:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookie.items())
        self._catch_up()
        answer = self.door.client.request(method, address, headers=named, content=content, scheme=self.scheme)
        self._keep(answer.headers.get("set-cookie", ""))
        return answer

    def _catch_up(self) -> None:
        """Pages wait for what was written over them; what was written by commands is waited for here."""
        if self.door.position > self._read_to:
            self.door.see("periods", limit=1)
            self._read_to = self.door.position

    def _keep(self, given: str) -> None:
        if given:
            name, _, value = given.partition(";")[0].partition("=")
            self.cookie = {} if "Max-Age=0" in given else {name: value}


def browser_of(door: Door, role: str, **who: Any) -> Browser:
    """A browser in which a new token's holder is signed in."""
    return Browser(door).signed_in(door.token(role, **who))


def link_of(door: Door, token_id: str) -> str:
    """The path that a new link leads to."""
    return f"/portal/sign-in?link={create_link(door.store.database, token_id, door.clock)}"
