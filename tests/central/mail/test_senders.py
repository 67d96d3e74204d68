"""Mail leaves: into a folder, or through a real server with TLS and a password."""

import smtplib
import stat
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from mail_rig import PASSWORD, USER, certificate, mail_server

from central.errors import MailDelayedError, MailRefusedError, MailSettingsError
from central.mail.senders import FileSender, MemorySender, SmtpSender, checked_address, open_sender


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "canteen@school.example"
    message["To"] = "mother@home.example"
    message["Subject"] = "Des nouvelles"
    message["Message-ID"] = "<ab12@school.example>"
    message.set_content("Léa : 4,50 €\n")
    return message


def sender_for(box, scheme="smtp", **more) -> SmtpSender:
    values = {"scheme": scheme, "host": box.host, "port": box.port, "origin": "c@school.example"}
    return SmtpSender(**values | more)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the library overlooks TLS from the start
@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_letter_goes_by_tls_with_a_password(tmp_path, scheme):
    server_side, client_side = certificate(tmp_path)
    with mail_server(server_side=server_side, needs_password=True, is_tls=scheme == "smtps") as box:
        sender = sender_for(box, scheme, user=USER, password=PASSWORD, context=client_side)
        sender.send(letter())
        wrong = replace(sender, password="another")
        with pytest.raises(MailDelayedError, match="does not take the user name"):
            wrong.send(letter())
    assert [one["Subject"] for one in box.letters] == ["Des nouvelles"]
    assert "Léa : 4,50 €" in box.letters[0].get_content()
    assert box.were_secret == [True]
    assert PASSWORD not in repr(sender)


def test_a_certificate_that_is_not_proven_gets_nothing(tmp_path):
    server_side, _ = certificate(tmp_path)
    with (
        mail_server(server_side=server_side) as box,
        pytest.raises(MailDelayedError, match="certificate verify failed"),
    ):
        sender_for(box, "smtp+starttls").send(letter())
    assert box.letters == []


def test_a_server_without_tls_gets_nothing_where_tls_was_asked_for():
    with mail_server() as box:
        with pytest.raises(MailDelayedError, match="STARTTLS"):
            sender_for(box, "smtp+starttls").send(letter())
        sender_for(box).send(letter())
    assert len(box.letters) == 1
    assert box.were_secret == [False]


def test_later_is_told_from_never():
    with mail_server() as box:
        box.answers.extend(("450 mailbox busy", "550 no such mailbox"))
        with pytest.raises(MailDelayedError, match="450 mailbox busy"):
            sender_for(box).send(letter())
        with pytest.raises(MailRefusedError, match="550 no such mailbox"):
            sender_for(box).send(letter())
        sender_for(box).send(letter())
    with pytest.raises(MailDelayedError, match=box.host.replace(".", r"\.")):
        sender_for(box).send(letter())
    assert len(box.letters) == 1


def test_a_file_is_a_letter_that_its_owner_alone_reads(tmp_path):
    folder = tmp_path / "mail"
    sender = open_sender(folder.as_uri())
    sender.send(letter())
    (file,) = folder.glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    read = message_from_bytes(file.read_bytes(), policy=default)
    assert read["To"] == "mother@home.example"
    (tmp_path / "full").write_text("")
    with pytest.raises(MailDelayedError, match="full"):
        FileSender(tmp_path / "full").send(letter())


def test_the_twin_keeps_and_fails():
    twin = MemorySender()
    twin.faults.append(MailDelayedError("not now"))
    with pytest.raises(MailDelayedError):
        twin.send(letter())
    twin.send(letter())
    assert len(twin.sent) == 1


@pytest.mark.parametrize(
    ("url", "password", "told"),
    [
        ("http://x", "", "no such kind"),
        ("smtps://", "", "names no server"),
        ("smtps://host:99999?from=a@b.be", "", "the port"),
        ("smtps://u:secret@host?from=a@b.be", "", "does not belong"),
        ("smtp://mail.example?from=a@b.be", "", "another machine"),
        ("smtps://u@host?from=a@b.be", "", "needs a password"),
        ("smtps://host", "", "no mail address"),
        ("smtps://host?from=nobody", "", "no mail address"),
    ],
)
def test_a_wrong_address_is_told_with_the_cure(url, password, told):
    with pytest.raises(MailSettingsError, match=told) as error:
        open_sender(url, password=password)
    assert "secret" not in str(error.value)


def test_a_good_address_is_understood():
    sender = open_sender("smtp+starttls://u%40x@host?from=a@b.be", password="p")
    assert isinstance(sender, SmtpSender)
    assert (sender.user, sender.host, sender.port, sender.origin) == ("u@x", "host", 587, "a@b.be")
    assert open_sender("smtps://host?from=a@b.be").port == smtplib.SMTP_SSL_PORT


def test_what_is_an_address():
    assert checked_address(" mother@home.example ") == "mother@home.example"
    for wrong in ("", "x", "a@b", "a b@c.de", "a@b.de\nBcc: x@y.z", "é@b.de", "a" * 250 + "@b.de",
                  "a@b.de, c@d.ef", "<a@b.de>", "a@", "@b.de", "a@b..de"):  # fmt: skip
        with pytest.raises(MailSettingsError):
            checked_address(wrong)
