"""What people do on a case, click by click, for the journeys.

Each step opens the page on which its form stands and sends that form as it stands there.
"""

import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

from disclosure.gateways.mail import written_messages
from disclosure.web.portal_identity import enter_as
from tests.app import Office
from tests.visitor import Page, Visitor

VERIFIER = Path(__file__).parents[2] / "disclosure" / "verify.py"


def paper(text: str = "Evidence notice") -> bytes:
    """Return a small scan of a paper with a seal on it."""
    picture = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((60, 80), text, fill="black")
    draw.ellipse((400, 640, 540, 780), outline="red", width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class Desk:
    """Everybody at work on one installation, each with a browser of their own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._visitors: dict[str, Visitor] = {}

    def person(self, name: str) -> Visitor:
        """Return a member of staff, signed in."""
        if name not in self._visitors:
            self._visitors[name] = Visitor(self.office.client(name))
        return self._visitors[name]

    def stranger(self) -> Visitor:
        """Return somebody without any session."""
        return Visitor(self.office.client())

    def user(self, account: str) -> Visitor:
        """Return a user of the platform whom it has handed over to the portal."""
        visitor = self.stranger()
        with self.office.app.app_context():
            token = enter_as(account)
        visitor.client.post("/portal/enter", data={"token": token})
        return visitor

    def act(self, name: str, reference: str, action: str, **typed: str) -> Page:
        """Take one action on a case, on its page."""
        return self.person(name).act(f"/cases/{reference}", action, **typed)

    def find(self, name: str, reference: str, key: str, answer: str, *, why: str = "Seen.") -> Page:
        """Record a finding on the form of its question."""
        visitor = self.person(name)
        form = visitor.open(f"/cases/{reference}").form("record_finding", key=key)
        return visitor.send(form, answer=answer, reason=why)

    def jobs(self) -> int:
        """Let the worker do what is due."""
        return self.office.work_jobs()

    def state(self, reference: str) -> str:
        """Return where a case stands, as its page says."""
        return self.person("compliance").open(f"/cases/{reference}").state

    # Whole stretches of the road

    def redact_and_submit(self, reference: str, *, masks: dict[str, tuple[str, str]]) -> None:
        """Fetch, mask, build and submit, as the case handler."""
        self.act("handler", reference, "collect")
        self.jobs()
        self.act("handler", reference, "finish_collecting")
        for field, (mask, code) in masks.items():
            handler = self.person("handler")
            form = handler.open(f"/cases/{reference}/redaction/").form("mark", field=field)
            handler.send(form, mask=mask, code=code)
        self.find("legal", reference, "process.pia", "PIA-2026-11", why="Assessed.")
        self.person("handler").act(f"/cases/{reference}/redaction/", "build_rendition")
        self.jobs()
        self.person("handler").act(f"/cases/{reference}/redaction/", "submit_for_signing")

    def sign(self, name: str, reference: str) -> Page:
        """Sign the rendition on the signing page."""
        return self.person(name).act(f"/signing/{reference}", "sign", reason="Right and narrow.")

    def messages(self) -> list[tuple[str, str, str]]:
        """Return (to, subject, text) of every message that was written, newest first."""
        return [
            (each.to, each.subject, each.text) for each in written_messages(self.office.settings)
        ]

    def letter(self, to_contains: str, subject_contains: str) -> str:
        """Return the text of the newest message to somebody about something."""
        for to, subject, text in self.messages():
            if to_contains in to and subject_contains in subject:
                return text
        raise AssertionError(f"no message to {to_contains!r} about {subject_contains!r}")

    def link(self, reference: str, *, link_to: str) -> str:
        """Return the address of the delivery link that was sent."""
        found = re.search(r"/portal/collect/[\w-]+", self.letter(link_to, reference))
        assert found is not None
        return found.group()

    def collect(self, reference: str, *, link_to: str, code_to: str) -> bytes:
        """Open the link as the requester, type the code, and return the file."""
        link = self.link(reference, link_to=link_to)
        code = re.search(r"(?<![-\d])(\d{4} ?\d{4})\b", self.letter(code_to, reference))
        assert code is not None
        visitor = self.stranger()
        page = visitor.open(link)
        assert visitor.open(link).status == 200, "looking must not spend the link"
        form = next(form for form in page.forms if "code" in form.names)
        answer = visitor.send(form, code=code.group(1)).response
        assert answer.mimetype == "application/pdf"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert visitor.open(link).status in {200, 404, 410}
        return answer.get_data()

    def export(self, reference: str, folder: Path) -> tuple[Path, str]:
        """Download the case record as the auditor; return the zip and the key's fingerprint."""
        auditor = self.person("auditor")
        page = auditor.open(f"/audit/record/{reference}")
        found = re.search(r"\b((?:[0-9a-f]{8}-){7}[0-9a-f]{8})\b", page.text)
        assert found is not None, page.text[:600]
        form = next(form for form in page.forms if form.action == "export_record")
        answer = auditor.send(form).response
        assert answer.mimetype == "application/zip"
        target = folder / f"{reference}.zip"
        target.write_bytes(answer.get_data())
        return target, found.group(1).replace("-", "")


def verify(bag: Path, fingerprint: str, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """Run the stand-alone verifier in a folder from which the application cannot be imported."""
    elsewhere.mkdir(parents=True, exist_ok=True)
    program = Path(shutil.copy(VERIFIER, elsewhere / "verify.py"))
    return subprocess.run(
        [sys.executable, "-I", program.name, str(bag), "--key", fingerprint],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def flip_a_byte(bag: Path, target: Path, *, member: str) -> None:
    """Copy a case record with one byte of one member changed."""
    with zipfile.ZipFile(bag) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            content = bytearray(old.read(item))
            if item.filename.endswith(member):
                content[len(content) // 2] ^= 1
            new.writestr(item, bytes(content))


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF, by another reader than the gate's."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
