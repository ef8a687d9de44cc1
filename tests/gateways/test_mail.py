"""Mail leaves as written, once, and says nothing about its recipient when it does not."""

import contextlib
import os
import smtplib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from disclosure.config import Settings, load_settings
from disclosure.errors import BadInput, NotReady
from disclosure.gateways import mail
from disclosure.gateways.mail import Failure, MailNotSent, Message
from tests import services

MESSAGE = Message(
    to="lin.wei@example.org",
    subject="案件 DR-2026-0007: your records are ready",
    text="您好,\n\nOpen the page and type the code.\n",
    html="<p>您好,</p><p>Open the page &amp; type the code.</p>",
    message_id="<outbox-7@platform.example>",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(tmp_path, {}), mail_from="Platform 法务 <legal@platform.example>")


def sent_by(settings: Settings, peer: services.SmtpPeer, message: Message = MESSAGE, **options):
    mail.send(replace(settings, smtp_url=peer.url), message, **options)
    return peer.messages[-1]


def test_the_recipient_reads_text_and_html_as_they_were_written(settings, smtp_server, now):
    received = sent_by(settings, smtp_server, now=now)

    assert received["To"] == MESSAGE.to
    assert received["From"] == "Platform 法务 <legal@platform.example>"
    assert received["Subject"] == MESSAGE.subject
    assert received["Message-ID"] == MESSAGE.message_id
    assert received["Date"].datetime == now
    assert received.get_body(("plain",)).get_content().splitlines() == MESSAGE.text.splitlines()
    assert received.get_body(("html",)).get_content().splitlines() == [MESSAGE.html]
    assert smtp_server.recipients == [[MESSAGE.to]]


def test_a_message_without_html_is_plain_text(settings, smtp_server):
    received = sent_by(settings, smtp_server, replace(MESSAGE, html=None))

    assert received.get_content_type() == "text/plain"


def test_a_long_subject_arrives_whole(settings, smtp_server):
    subject = "通知" * 400

    assert sent_by(settings, smtp_server, replace(MESSAGE, subject=subject))["Subject"] == subject


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("subject", "Ready\r\nBcc: thief@example.net"),
        ("subject", "Ready\nBcc: thief@example.net"),
        ("subject", "Ready\x00"),
        ("subject", "Ready\u2028Bcc: thief@example.net"),
        ("to", "lin.wei@example.org\r\nBcc: thief@example.net"),
        ("to", "lin.wei@example.org, thief@example.net"),
        ("to", "Lin <lin.wei@example.org>"),
        ("to", "lin.wei"),
        ("to", "@example.org"),
        ("to", ""),
        ("to", "lin.wei@" + "a" * 70 + ".example"),
        ("message_id", "<a@b>\r\nBcc: thief@example.net"),
        ("message_id", "outbox-7"),
    ],
)
def test_nothing_can_be_smuggled_into_the_headers(settings, smtp_server, field, text):
    with pytest.raises(BadInput) as refusal:
        sent_by(settings, smtp_server, replace(MESSAGE, **{field: text}))

    assert refusal.value.where == field
    assert "example" not in refusal.value.message.removesuffix("like name@example.org")
    assert smtp_server.messages == []


def test_a_sender_that_is_no_address_is_a_fault_of_the_installation(settings):
    with pytest.raises(NotReady, match="mail_from: must be one e-mail address"):
        mail.send(replace(settings, mail_from="nobody"), MESSAGE)


def test_a_domain_in_chinese_is_addressed_in_its_ascii_form(settings, smtp_server):
    sent_by(settings, smtp_server, replace(MESSAGE, to="wei@例子.example"))

    assert smtp_server.recipients == [["wei@xn--fsqu00a.example"]]


def test_a_line_cut_after_acceptance_is_unknown_and_the_retry_is_the_same_message(
    settings, dropping_smtp_server, smtp_server, now
):
    with pytest.raises(MailNotSent) as failure:
        sent_by(settings, dropping_smtp_server, now=now)
    sent_by(settings, smtp_server, now=now)

    assert failure.value.failure is Failure.UNKNOWN
    first, second = dropping_smtp_server.messages[0], smtp_server.messages[0]
    assert first["Message-ID"] == second["Message-ID"] == MESSAGE.message_id
    assert first.as_bytes() == second.as_bytes()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("550 no such user", Failure.REFUSED), ("451 try later", Failure.LATER)],
)
def test_a_refusal_says_whether_to_try_again_and_not_whom_it_was_for(settings, answer, expected):
    with (
        services.smtp_peer(answer=answer) as peer,
        pytest.raises(MailNotSent) as failure,
    ):
        sent_by(settings, peer)

    assert failure.value.failure is expected
    assert MESSAGE.to not in failure.value.message
    assert failure.value.__suppress_context__  # smtplib's exception names the recipient


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("550 no such user", Failure.REFUSED), ("450 mailbox busy", Failure.LATER)],
)
def test_a_refused_recipient_is_not_named(settings, answer, expected):
    with (
        services.smtp_peer(recipient_answer=answer) as peer,
        pytest.raises(MailNotSent) as failure,
    ):
        sent_by(settings, peer)

    assert failure.value.failure is expected
    assert MESSAGE.to not in failure.value.message
    assert failure.value.__suppress_context__


def test_a_server_that_is_not_there_means_later(settings):
    url = f"smtp://127.0.0.1:{services.free_port()}"

    with pytest.raises(MailNotSent) as failure:
        mail.send(replace(settings, smtp_url=url), MESSAGE)
    assert failure.value.failure is Failure.LATER


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_message_goes_encrypted_and_signed_in_when_the_server_can(settings, monkeypatch, tls):
    with services.smtp_peer(tls=tls, credentials=("legal", "p%40ss")) as peer:
        peer.url = peer.url.replace("p%40ss", "p%2540ss")  # percent-encoded, as URLs are
        monkeypatch.setenv("SSL_CERT_FILE", str(peer.certificate))
        sent_by(settings, peer)

    assert peer.encrypted == [True]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_server_with_an_unknown_certificate_gets_nothing(settings, tls):
    with services.smtp_peer(tls=tls) as peer:
        with pytest.raises(MailNotSent, match="SSLCertVerificationError") as failure:
            sent_by(settings, peer)

        assert failure.value.failure is Failure.LATER
        assert peer.messages == []


def test_wrong_credentials_are_reported_without_being_shown(settings, monkeypatch):
    with services.smtp_peer(tls="starttls", credentials=("legal", "right")) as peer:
        peer.url = peer.url.replace("right", "wrong")
        monkeypatch.setenv("SSL_CERT_FILE", str(peer.certificate))
        with pytest.raises(MailNotSent, match="does not accept our credentials") as failure:
            sent_by(settings, peer)

    assert "wrong" not in failure.value.message


def test_a_password_is_never_sent_in_clear_to_another_machine(settings, smtp_server, monkeypatch):
    url = smtp_server.url.replace("smtp://127.0.0.1", "smtp://user:secret@mail.platform.example")
    real = smtplib.socket.create_connection
    monkeypatch.setattr(
        smtplib.socket,
        "create_connection",
        lambda address, *rest: real(("127.0.0.1", address[1]), *rest),
    )

    with pytest.raises(NotReady, match="no password is sent"):
        mail.send(replace(settings, smtp_url=url), MESSAGE)


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://host:port", "smtp://u:secret@host:99999", ""]
)
def test_a_wrong_server_address_is_explained_without_its_password(settings, url):
    with pytest.raises(NotReady, match="SMTP_URL: must look like") as failure:
        mail.send(replace(settings, smtp_url=url), MESSAGE)

    assert "secret" not in failure.value.message


def test_without_a_server_the_message_is_written_for_the_mail_page(settings, now):
    mail.send(settings, MESSAGE, now=now)

    [written] = mail.written_messages(settings)
    for name in ("to", "subject", "text", "message_id"):
        assert getattr(written, name) == getattr(MESSAGE, name)
    assert written.html.rstrip() == MESSAGE.html
    assert written.written_at.tzinfo is UTC


def test_a_repeat_overwrites_its_own_file_and_leaves_no_other(settings):
    for text in ("first", "second"):
        mail.send(settings, replace(MESSAGE, text=f"{text}\n"))

    folder = settings.instance / mail.OUTBOX
    assert [written.text for written in mail.written_messages(settings)] == ["second\n"]
    assert len(list(folder.iterdir())) == 1


def test_only_the_owner_can_read_what_was_written(settings):
    mail.send(settings, MESSAGE)

    folder = settings.instance / mail.OUTBOX
    modes = [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())]
    assert modes == [0o700, 0o600]


def test_a_write_that_fails_leaves_the_former_message(settings, monkeypatch):
    mail.send(settings, MESSAGE)

    def full(_descriptor):
        raise OSError

    with monkeypatch.context() as patch, contextlib.suppress(OSError):
        patch.setattr(os, "fsync", full)
        mail.send(settings, replace(MESSAGE, text="torn\n"))

    assert [written.text for written in mail.written_messages(settings)] == [MESSAGE.text]
    assert len(list((settings.instance / mail.OUTBOX).iterdir())) == 1


def test_the_mail_page_gets_the_newest_first(settings):
    for age, key in ((30, "old"), (10, "new"), (20, "middle")):
        message_id = mail.stable_message_id(settings, key)
        mail.send(settings, replace(MESSAGE, subject=key, message_id=message_id))
        latest = max(
            (settings.instance / mail.OUTBOX).iterdir(), key=lambda p: p.stat().st_ctime_ns
        )
        instant = datetime(2026, 11, 24, tzinfo=UTC).timestamp() - age
        os.utime(latest, (instant, instant))

    assert [w.subject for w in mail.written_messages(settings)] == ["new", "middle", "old"]


def test_a_file_from_elsewhere_does_not_break_the_mail_page(settings):
    mail.send(settings, MESSAGE)
    folder = settings.instance / mail.OUTBOX
    (folder / "odd.eml").write_bytes(b"Content-Type: text/plain; charset=klingon\n\nx\xff")
    (folder / "empty.eml").write_bytes(b"")

    assert len(mail.written_messages(settings)) == 3


def test_an_address_outside_ascii_is_written_and_read_back(settings):
    mail.send(settings, replace(MESSAGE, to="魏@example.org"))

    assert mail.written_messages(settings)[0].to == "魏@example.org"


def test_no_mail_was_written_yet(settings):
    assert mail.written_messages(settings) == []


def test_a_message_id_is_the_same_for_a_key_and_differs_between_keys(settings):
    first, again, other = (mail.stable_message_id(settings, key) for key in ("7", "7", "8"))

    assert first == again != other
    assert first.endswith("@platform.example>")
    mail.send(settings, replace(MESSAGE, message_id=first))
