"""Seeded stories of a centre: people come and go, circles are renewed, devices write, fork, lie and are shut out.

What the server would refuse happens too, as if it had not: readers must agree on it all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.run import KnownHead, Run, RunHead
from sync.chain import Frame, Head
from sync.directory import Directory
from sync.statements import (
    CircleClose,
    CircleCutoff,
    CircleLetin,
    DeviceRevoke,
    MemberEnd,
    MemberRole,
    Policy,
    RootReplace,
    Statement,
    Void,
)
from tests.sync.centre import ACKNOWLEDGEMENT, Centre, Device

KINDS = ("case", "dispatch", "own", "private")


@dataclass
class Story:
    """What happened: the entries, and the runs in the order in which they were signed."""

    centre: Centre
    random: Random
    people: list[Device] = field(default_factory=list)
    circles: list[bytes] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def frames(self) -> list[Frame]:
        return self.centre.frames

    def directory(self) -> Directory:
        """As somebody who has all bytes reads it."""
        reader = Directory(self.centre.id)
        for frame in self.frames:
            reader.apply(*frame, trusted=True)
        return reader


def tell(seed: int, steps: int = 40, *, void: bool = False) -> Story:
    """A story of this many steps; with `void`, the root undoes a few entries near its end."""
    random = Random(seed)
    story = Story(Centre.found(seed), random)
    centre = story.centre
    story.people = [centre.admin, centre.join("staff", desk=centre.desk), centre.join(), centre.join()]
    story.circles = [centre.circle, centre.desk]
    _open(story)
    story.runs.append(centre.write(centre.admin, centre.circle))
    for step in range(steps):
        if void and step == steps - 5:
            _undo(story)
        try:
            random.choices(_STEPS, _WEIGHTS)[0](story)
        except ProtocolError:
            continue
    return story


def _person(story: Story) -> Device:
    return story.random.choice(story.people)


def _circle(story: Story) -> bytes:
    return story.random.choice(story.circles)


def _open(story: Story) -> None:
    kind = story.random.choice(KINDS)
    members = [device.member for device in story.random.sample(story.people[1:], 1 if kind == "own" else 2)]
    author = next((d for d in story.people if kind == "private" and d.member in members), story.centre.admin)
    story.circles.append(story.centre.open(kind, members=members, by=author))


def _write(story: Story) -> None:
    c, device, circle = story.centre, _person(story), _circle(story)
    texts = [story.random.choice([b"note", b"longer note", ACKNOWLEDGEMENT]) for _ in range(story.random.randint(1, 3))]
    at = max(0, c.head - story.random.choice([0, 0, 0, 1, 3]))
    story.runs.append(c.write(device, circle, *texts, at=at, known=_known(story, device, circle)))


def _known(story: Story, device: Device, circle: bytes) -> list[KnownHead]:
    newest = {
        other: KnownHead(other, sequence, id_)
        for (other, where), (sequence, id_) in story.centre.chains.items()
        if where == circle and other != device.key
    }
    return [newest[other] for other in sorted(newest)]


def _of_runs(story: Story, device: Device) -> list[Run]:
    return [run for run in story.runs if run.head.device == device.key]


def _fork(story: Story) -> None:
    """A second change with a number that was used."""
    device = _person(story)
    run = story.random.choice(_of_runs(story, device) or [None])
    if run is not None:
        behind = (run.head.first - 1, run.head.previous)
        story.runs.append(story.centre.write(device, run.head.circle, b"other", at=run.head.head_index, behind=behind))


def _sign_again(story: Story) -> None:
    """The same changes under another head, known or not."""
    device = _person(story)
    run = story.random.choice(_of_runs(story, device) or [None])
    if run is None:
        return
    at = story.random.randint(0, story.centre.head)
    hashed = story.random.choice([story.centre.directory.entry(at).hash, ZERO_HASH])
    old = run.head
    head = RunHead(old.centre, old.circle, old.epoch, old.device, old.first, old.previous, at, hashed)
    story.runs.append(story.centre.sign(device, head, [change.body for change in run.changes]))


def _pose(story: Story) -> None:
    """A change that names another device's, or another circle's, as the one before it; sometimes it is let in."""
    run, device, circle = story.random.choice(story.runs), _person(story), _circle(story)
    posing = story.centre.write(device, circle, b"other", behind=(run.last.header.sequence, run.last.id))
    story.runs.append(posing)
    if story.random.random() < 0.5:
        story.centre.act(story.people[1], lambda draft: draft.let_in(circle, posing.last.id), renew=False)


def _renew(story: Story) -> None:
    circle = _circle(story)
    view = story.centre.directory.circle(circle, story.centre.head)
    members = None
    if view is not None and view.members and story.random.random() < 0.5:
        members = story.random.sample(view.members, len(view.members) - 1)
    story.centre.renew(circle, members=members, by=story.random.choice(story.people[:2]))


def _close(story: Story) -> None:
    circle = story.random.choice(story.circles[2:])
    story.centre.act(story.centre.admin, lambda draft: draft.close(circle), renew=False)


def _cut_off(story: Story) -> None:
    head = story.random.choice(story.runs).head
    chain = [run for run in story.runs if (run.head.device, run.head.circle) == (head.device, head.circle)]
    last = story.random.choice([None, *(change.id for run in chain for change in run.changes)])
    story.centre.act(story.centre.admin, lambda draft: draft.cut_off(head.circle, head.device, last), renew=False)


def _let_in(story: Story) -> None:
    if story.runs:
        run = story.random.choice(story.runs)
        change = story.random.choice(run.changes).id
        story.centre.act(story.people[1], lambda draft: draft.let_in(run.head.circle, change), renew=False)


def _revoke(story: Story) -> None:
    """With renewals or without; somebody else comes."""
    device = story.random.choice(story.people[2:])
    renew = story.random.random() < 0.5
    story.centre.say(story.centre.admin, DeviceRevoke(device.key), renew=renew)
    story.people.append(story.centre.join())


def _end(story: Story) -> None:
    device = story.random.choice(story.people[2:])
    story.centre.say(story.centre.admin, MemberEnd(device.member), renew=story.random.random() < 0.5)


def _role(story: Story) -> None:
    device = story.random.choice(story.people[1:])
    role = story.random.choice(["supporter", "professional", "staff"])
    story.centre.say(story.centre.admin, MemberRole(device.member, role, ()), renew=False)


def _second_phone(story: Story) -> None:
    member = story.random.choice(story.people[2:]).member
    story.people.append(story.centre.enrol(story.centre.invite(member), renew=story.random.random() < 0.7))


def _policy(story: Story) -> None:
    rights = [["visit", "due", ["staff"]]]
    story.centre.say(story.centre.admin, Policy({"idle_minutes": story.random.randint(1, 9), "rights": rights}))


def _complain(story: Story) -> None:
    circle = _circle(story)
    story.centre.act(story.centre.admin, lambda draft: draft.complain(circle, 1, "bad_lock"), renew=False)


def _lie(story: Story) -> None:
    """Hashed statements that fail: a server that does not check lets them stand."""
    c, circle = story.centre, story.random.choice(story.circles[2:])
    last = c.directory.last_statement(circle)
    said: list[Statement] = [
        CircleClose(circle, story.random.choice([last, ZERO_HASH])),
        CircleCutoff(circle, last, story.people[0].key, None, False),
        CircleLetin(circle, last, ZERO_HASH),
    ]
    frame = c.frame(_person(story), [], story.random.sample(said, 2))
    c.directory.apply(*frame)
    c.frames.append(frame)


def _new_root(story: Story) -> None:
    c = story.centre
    c.say(c.root, RootReplace(c.root.key, c.random(32)), renew=False)


def _undo(story: Story) -> None:
    c = story.centre
    names = {c.directory.entry(story.random.randint(c.head // 2, c.head)).hash for _ in range(2)}
    c.say(c.root, Void(tuple(sorted(names))), renew=False)


_STEPS: list[Callable[[Story], None]] = [
    _write,
    _fork,
    _sign_again,
    _pose,
    _open,
    _renew,
    _close,
    _cut_off,
    _let_in,
    _revoke,
    _end,
    _role,
    _second_phone,
    _policy,
    _complain,
    _lie,
    _new_root,
]
_WEIGHTS = [24, 4, 4, 2, 2, 5, 1, 4, 3, 1, 1, 2, 1, 2, 1, 2, 1]


def behind(story: Story, index: int) -> Head:
    """The head before entry `index`."""
    return Head(index - 1, story.centre.directory.entry(index - 1).hash)
