"""Every form on the pages of a bureau, as a browser would send it, with what each field is."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Field:
    """kind: of the input, or textarea, select; value: as the page has it; several: more than one may be sent"""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    @property
    def files(self) -> list[Field]:
        return [one for one in self.fields if one.kind == "file"]

    @property
    def key(self) -> tuple:
        return self.action, tuple(sorted({(one.name, one.kind) for one in self.fields}))

    def sent(self) -> dict[str, list[str]]:
        """What a person sends who changes nothing but an empty choice: then the first there is."""
        data: dict[str, list[str]] = {}
        for one in self.fields:
            if one.kind != "file":
                data.setdefault(one.name, []).append(one.value)
        return data


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms = page, []
        self.open: Form | None = None
        self.by_id: dict[str, Form] = {}
        self.later: list[tuple[str, Field]] = []
        self.area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            address = urljoin(self.page, has.get("action", "") or has.get("hx-post", "") or self.page)
            method = "post" if "hx-post" in has else has.get("method", "get").lower()
            self.open = Form(urlsplit(address).path, method)
            self.forms.append(self.open)
            if "id" in has:
                self.by_id[has["id"]] = self.open
        elif tag == "option" and self.area is not None and self.area.kind == "select":
            self.area.options.append(has.get("value", ""))
            if "selected" in has or not self.area.value:
                self.area.value = has.get("value", "")
        elif tag in ("input", "button", "select", "textarea") and has.get("name"):
            self._field(tag, has)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text") if tag == "input" else tag
        if kind in ("checkbox", "radio") and not has.get("value"):
            has["value"] = "on"
        found = Field(has["name"], kind, has.get("value", ""))
        if tag in ("select", "textarea"):
            self.area = found
        if "form" in has:
            self.later.append((has["form"], found))
        elif self.open is not None:
            self.open.fields.append(found)

    def handle_data(self, data: str) -> None:
        if self.area is not None and self.area.kind == "textarea":
            self.area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag in ("select", "textarea"):
            self.area = None

    def found(self) -> list[Form]:
        for name, one in self.later:
            if name in self.by_id:
                self.by_id[name].fields.append(one)
        return self.forms


def forms_of(page: str, html: str) -> list[Form]:
    reader = Reader(page)
    reader.feed(html)
    return [form for form in reader.found() if form.method == "post"]
