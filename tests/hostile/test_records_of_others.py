"""A member of one's own circle who uses the keys to speak in another's record: it does not count, and staff see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.device import Device
from sync.edits import Edit, Write
from tests.devices import Office, settled
from tests.server.process import Process
from tests.sync.test_device import NOTE


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("server"))
    yield process
    process.stop()


@pytest.fixture
def office(server: Process, tmp_path: Path) -> Iterator[Office]:
    office = Office.found(server, tmp_path)
    yield office
    office.close()


class Visit:
    """Two are sent together; one of them has written a note with an addendum, which all have."""

    def __init__(self, office: Office) -> None:
        self.admin = office.admin
        self.author, self.fellow = office.join(), office.join()
        case = office.open_case()
        self.dispatch = office.send(case, self.author, self.fellow)
        book = self.author.book
        where = book.where(case.id, self.dispatch)
        self.visit, self.note, self.addendum = book.new_id(), book.new_id(), book.new_id()
        book.writing(where).put(self.visit, "visit", status="ended").put(
            self.note, "visit_note", visit=self.visit, title="窓が開いていた", **NOTE
        ).put(self.addendum, "addendum", target=self.note, kind="addition", text="猫がいた").save()
        self.sync()

    def sync(self) -> None:
        for device in (self.author, self.fellow, self.admin, self.author, self.fellow):
            settled(device.sync())

    def says(self, device: Device, circle: bytes, record: bytes, type_: str, field: str, value: bytes) -> None:
        """As no honest app would: past the form, straight into the log."""
        device.save(circle, [Edit(record, type_, (Write(field, None, value, ()),))])
        self.sync()

    def refused(self) -> list[tuple[str, str | None]]:
        return [(found.code, found.field) for found in self.admin.book.uncounted()]


@pytest.fixture
def made(office: Office) -> Visit:
    return Visit(office)


def test_a_fellow_visitor_does_not_become_the_author_of_a_note(made: Visit) -> None:
    made.says(made.fellow, made.dispatch, made.note, "visit_note", "visit", made.visit)
    review = made.admin.book.review(made.note, "question", question="お母さんのご様子は？")
    made.sync()

    assert made.author.member == made.admin.book.review_of(made.note).author
    assert [("not_entitled", "visit")] == made.refused()
    assert "お母さんのご様子は？" == made.author.book.value(review, "review", "question")
    assert None is made.fellow.book.value(review, "review", "question")


@pytest.mark.parametrize("is_same", [True, False], ids=["the same note", "another"])
def test_a_fellow_visitor_does_not_make_an_addendum_vanish(made: Visit, is_same: bool) -> None:
    before = made.admin.book.changes_of_note(made.note)
    target = made.note if is_same else bytes(16)
    made.says(made.fellow, made.dispatch, made.addendum, "addendum", "target", target)

    assert [("not_entitled", "target")] == made.refused()
    assert before == made.admin.book.changes_of_note(made.note)


def test_an_author_does_not_accept_her_own_note_by_making_a_question_vanish(made: Visit) -> None:
    made.admin.book.review(made.note, "accepted")
    asked = made.admin.book.review(made.note, "question", question="いつごろでしたか？")
    made.sync()
    [view, *_] = made.author.book.views(asked, "review")
    made.says(made.author, view.key.circle, asked, "review", "note", bytes(16))

    assert "question" == made.admin.book.review_of(made.note).state
    assert [("not_entitled", "note")] == made.refused()


def test_a_fellow_visitor_does_not_turn_a_refusal_into_another(made: Visit) -> None:
    view = made.admin.circles.view(made.dispatch)
    [door] = made.admin.circles.of_kind("door", view.case)
    person, refusal = made.author.book.new_id(), made.author.book.new_id()
    where = made.author.book.where(view.case, made.dispatch)
    made.author.book.writing(where).put(refusal, "consent", subject=person, matter="visit", state="refused").save()
    made.sync()
    made.fellow.save(door.id, [Edit(refusal, "consent", (Write("matter", None, "photo", ()),))])
    made.sync()

    assert ["visit"] * 3 == [
        device.book.value(refusal, "consent", "matter") for device in (made.author, made.fellow, made.admin)
    ]
    assert [("not_entitled", "matter")] == made.refused()
