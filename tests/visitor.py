"""A person at a browser, for journeys: reads pages, fills the forms that stand on them, sends them.

Only what is on the page can be sent: hidden fields, tokens and versions come from the form, so that
a journey breaks when a page forgets them.
"""

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Value = str | list[str]


@dataclass
class Form:
    """A form as it stands on a page, with what is already in it."""

    url: str
    action: str
    values: dict[str, Value] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@dataclass
class Page:
    """What the server answered."""

    response: TestResponse
    path: str
    text: str
    forms: list[Form]
    alerts: list[str]
    state: str

    @property
    def status(self) -> int:
        return self.response.status_code

    def form(self, action: str, **having: str) -> Form:
        """Return the form of a workflow action; ``having`` are hidden values that it must carry."""
        for form in self.forms:
            fits = all(form.values.get(name) == value for name, value in having.items())
            if form.action == action and fits:
                return form
        offered = sorted({form.action for form in self.forms})
        raise AssertionError(f"no form {action!r} {having} on {self.path}; offered: {offered}")

    def offers(self, action: str) -> bool:
        return any(form.action == action for form in self.forms)


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.alerts: list[str] = []
        self.state = ""
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._alert = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if "data-state" in got and not self.state:
            self.state = got["data-state"]
        if self._alert and tag not in {"br", "input", "img", "hr"}:
            self._alert += 1
        elif got.get("role") == "alert":
            self._alert = 1
            self.alerts.append("")
        if tag == "form":
            self._form = Form(got.get("action") or self.path, got.get("data-action", ""))
            if got.get("method", "get").lower() == "post":
                self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, got)

    def _field(self, tag: str, got: dict[str, str]) -> None:
        name, form = got.get("name", ""), self._form
        assert form is not None
        if tag == "option":
            self._option(form, got)
        if not name:
            return
        form.names.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.values.setdefault(name, "")
        elif got.get("type") == "file":
            form.files.add(name)
        elif got.get("type") in {"checkbox", "radio"}:
            self._choice(form, name, got)
        elif tag == "input":
            form.values[name] = got.get("value", "")

    def _option(self, form: Form, got: dict[str, str]) -> None:
        chosen = self._select
        if chosen is not None and ("selected" in got or chosen not in form.values):
            form.values[chosen] = got.get("value", "")

    def _choice(self, form: Form, name: str, got: dict[str, str]) -> None:
        if "checked" not in got:
            return
        value = got.get("value", "on")
        if got["type"] == "radio":
            form.values[name] = value
        else:
            already = form.values.setdefault(name, [])
            assert isinstance(already, list)
            already.append(value)

    def handle_endtag(self, tag: str) -> None:
        if self._alert and tag not in {"br", "input", "img", "hr"}:
            self._alert -= 1
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._alert:
            self.alerts[-1] += data
        if self._area is not None and self._form is not None:
            self._form.values[self._area] = str(self._form.values[self._area]) + data


class Visitor:
    """One person with one browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str) -> Page:
        """Load a page, following redirects."""
        return self._read(self.client.get(path, follow_redirects=True))

    def send(self, form: Form, *, expect: int = 200, **typed: Value) -> Page:
        """Fill a form and send it.

        Files are given as ``name=("file.pdf", b"...")`` inside a list.
        """
        unknown = set(typed) - form.names
        assert not unknown, f"the form {form.action!r} has no field {sorted(unknown)}"
        values: dict[str, object] = {**form.values, **typed}
        for name in form.files & set(values):
            values[name] = [(io.BytesIO(content), filename) for filename, content in values[name]]
        kind = "multipart/form-data" if form.files else None
        answer = self.client.post(form.url, data=values, content_type=kind, follow_redirects=True)
        page = self._read(answer)
        assert page.status == expect, (page.status, page.path, page.alerts, page.text[:400])
        return page

    def act(self, path: str, action: str, *, expect: int = 200, **typed: Value) -> Page:
        """Open a page and send the form of one action on it."""
        return self.send(self.open(path).form(action), expect=expect, **typed)

    def _read(self, response: TestResponse) -> Page:
        path = response.request.path
        reader = _Reader(path)
        if response.mimetype == "text/html":
            reader.feed(response.get_data(as_text=True))
        text = " ".join(" ".join(reader.words).split())
        alerts = [" ".join(each.split()) for each in reader.alerts]
        return Page(response, path, text, reader.forms, alerts, reader.state)
